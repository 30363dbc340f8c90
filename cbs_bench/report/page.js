"use strict";

/* Sorting: numbers from the top first, names from A; what has no value stays last. */
function key(row, column) {
  const cell = row.cells[column];
  return "value" in cell.dataset ? Number(cell.dataset.value) : null;
}

function compare(column, falling) {
  const sign = falling ? -1 : 1;
  return (a, b) => {
    const [x, y] = [key(a, column), key(b, column)];
    if (x !== null && y !== null) return sign * (x - y);
    if (x !== null) return -1;
    if (y !== null) return 1;
    return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
  };
}

function sort(head) {
  const rows = [...head.closest("table").tBodies[0].rows];
  const column = head.cellIndex;
  const hasNumbers = rows.some((row) => key(row, column) !== null);
  const before = head.getAttribute("aria-sort");
  const falling = before === "none" ? hasNumbers : before === "ascending";
  for (const other of head.parentNode.children) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", falling ? "descending" : "ascending");
  head.closest("table").tBodies[0].append(...rows.sort(compare(column, falling)));
}

for (const head of document.querySelectorAll("thead th")) {
  head.firstChild.addEventListener("click", () => sort(head));
}

/* Filters hide boards and their rows in the overview. */
const filters = [...document.querySelectorAll("[data-filter]")];
const boards = document.querySelectorAll("section.board");

function show() {
  const wanted = (element) => filters.every(
    (filter) => !filter.value || element.dataset[filter.dataset.filter] === filter.value);
  for (const element of [...boards, ...document.querySelectorAll(".overview tbody tr")]) {
    element.hidden = !wanted(element);
  }
  const shown = [...boards].filter((board) => !board.hidden).length;
  document.querySelector("output").textContent = `${shown} of ${boards.length} boards`;
}

for (const filter of filters) filter.addEventListener("change", show);
show();
