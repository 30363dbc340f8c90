"""The page of results in a browser: it sorts, filters, fits, and asks nothing of the network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from cbs_bench.report import read_boards, to_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
RESULTS = Path(__file__).resolve().parents[2] / "leaderboards" / "results"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--window-size=1280,900",
)  # fmt: skip

VISIT = """<script>
const table = document.querySelector(".overview table");
const shown = () => [...table.tBodies[0].rows].filter((row) => !row.hidden);
const column = (name) => [...table.tHead.rows[0].cells].findIndex((c) => c.textContent === name);
const values = (name) => shown().map((row) => Number(row.cells[column(name)].dataset.value));
const click = (name) => table.tHead.rows[0].cells[column(name)].firstChild.click();

const seen = {width: innerWidth, overflow: table.scrollWidth - table.parentNode.clientWidth};
click("F1");
seen.falling = values("F1");
click("F1");
seen.rising = values("F1");
const filter = document.querySelector('[data-filter="task"]');
filter.value = "pos";
filter.dispatchEvent(new Event("change"));
seen.tasks = shown().map((row) => row.cells[0].textContent);
seen.sections = document.querySelectorAll("section.board:not([hidden])").length;
seen.output = document.querySelector("output").textContent;
seen.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
const note = document.body.appendChild(document.createElement("pre"));
note.id = "seen";
note.textContent = JSON.stringify(seen);
</script>
</body>"""


@pytest.fixture(scope="module")
def boards():
    return read_boards(RESULTS)


@pytest.fixture(scope="module")
def visit(boards, tmp_path_factory):
    """What the script saw on the page, and what the browser logged."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    folder = tmp_path_factory.mktemp("page")
    page = folder / "page.html"
    page.write_text(to_html(boards).replace("</body>", VISIT), encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'user'}", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout)
    assert found, done.stderr
    return json.loads(unescape(found[1])), done.stderr


def test_a_heading_sorts_its_table(visit, boards):
    seen, _ = visit
    scores = sorted(board.main.scores[0].means.f1 for board in boards)
    assert seen["rising"] == scores
    assert seen["falling"] == scores[::-1]


def test_a_filter_leaves_its_boards(visit, boards):
    seen, _ = visit
    count = sum(board.key.task == "pos" for board in boards)
    assert seen["tasks"] == ["pos"] * count
    assert seen["sections"] == count
    assert seen["output"] == f"{count} of {len(boards)} boards"


def test_the_overview_fits_a_window_of_1280_pixels(visit):
    seen, _ = visit
    assert seen["width"] == 1280
    assert seen["overflow"] <= 0


def test_the_page_is_quiet_and_asks_nothing_of_the_network(visit):
    seen, logged = visit
    assert seen["requests"] == []
    assert "CONSOLE" not in logged
