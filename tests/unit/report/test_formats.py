"""Tables: HTML, Markdown, LaTeX and CSV say the same, and names cannot break any of them."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from cbs_bench.report import FORMATS, read_boards, to_csv, to_html, to_latex, to_markdown
from cbs_bench.report.comma_separated import CSV_COLUMNS

AGREED = [
    "task",
    "dataset",
    "track",
    "split",
    "tokenizer",
    "slice",
    "seeds",
    "precision",
    "recall",
    "f1",
    "f1_low",
    "f1_high",
]
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Checks that every tag is closed in turn, and keeps what a test asks for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.cells = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th"):
            self.cells[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open) and self.open[-1] != "title":
            self.cells[-1][-1] += data


def shown_rows(text, name):
    """The rows of HTML tables that begin with ``name``."""
    return [cells for cells in Page(text).cells if cells and cells[0] == name]


def test_csv_starts_with_the_agreed_columns_and_holds_each_tokenizer(boards):
    rows = list(csv.DictReader(io.StringIO(to_csv(boards))))
    assert list(rows[0]) == list(CSV_COLUMNS)
    assert list(rows[0])[: len(AGREED)] == AGREED
    by_name = {row["tokenizer"]: row for row in rows}
    assert float(by_name["bpe"]["f1"]) == pytest.approx(2 * 3 / (6 + 7))
    assert by_name["multigranularity"]["seeds"] == "2"
    assert by_name["bpe"]["gold"] == "7"
    assert float(by_name["bpe"]["gain"]) == pytest.approx(boards[0].main.best_subword.gain.value)
    assert by_name["multigranularity"]["gain"] == ""


def test_all_formats_give_the_same_scores(boards):
    page, markdown, latex = to_html(boards), to_markdown(boards), to_latex(boards)
    for row in csv.DictReader(io.StringIO(to_csv(boards))):
        name = row["tokenizer"]
        scores = [f"{100 * float(row[column]):.2f}" for column in ("precision", "recall", "f1")]
        low, high = (f"{100 * float(row[column]):.2f}" for column in ("f1_low", "f1_high"))
        html_cells = shown_rows(page, name)[0]
        md_cells = re.search(rf"^\| {name} \|(.*)\|$", markdown, re.M)[1].split("|")
        tex_cells = re.search(rf"^{name} &(.*)\\\\$", latex, re.M)[1].split("&")
        for cells in (html_cells[1:], md_cells, tex_cells):
            shown = [re.sub(r"\\textbf\{|\*\*|}", "", cell).split()[0] for cell in cells[:3]]
            assert shown == scores
            assert cells[3].strip() in (f"{low} – {high}", f"{low}--{high}")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_perfect_score_and_none_at_all_can_be_shown(name, write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    write("multigranularity", 0, [[0, 0, 1]])
    assert "bpe" in FORMATS[name](read_boards(tmp_path))


def test_the_comparison_states_gain_interval_and_correction(boards):
    gain = boards[0].main.best_subword.gain
    for text in (to_markdown(boards), to_html(boards)):
        assert "corrected for 1 comparison (Holm)" in text
        assert f"{100 * gain.value:+.2f} %" in text
        assert f"{100 * gain.low:+.2f} to {100 * gain.high:+.2f} %" in text


def test_the_paper_metric_is_named_beside_ours(write, tmp_path):
    write("bpe", 0, [[1, 2, 2]], track={"extra": {"paper_f1": 0.75}})
    text = to_markdown(read_boards(tmp_path))
    assert "| tokenizer | F1 | paper F1 |" in text
    assert "| bpe | 50.00 | 75.00 |" in text
    assert "as Chen et al. (COLING 2025) score" in text


def test_risk_is_shown_over_coverage_with_the_threshold_of_each_entry(write, tmp_path):
    curve = [[0.5, 0.125], [1.0, 0.25]]
    for seed, accepted in enumerate(([0.8, 0.2], [0.6, 0.1])):
        extra = {"risk_coverage": {"curve": curve, "threshold": accepted}}
        write("bpe", seed, [[1, 1, 1]], track={"extra": extra})
    boards = read_boards(tmp_path)
    text = to_markdown(boards)
    assert "| tokenizer | 50 % | 100 % | accepted | wrong of these |" in text
    assert "| bpe | 12.50 | 25.00 | 70.00 | 15.00 |" in text
    page = Page(to_html(boards))
    (line,) = [attributes for tag, attributes in page.tags if tag == "polyline"]
    (first, last) = ([float(n) for n in point.split(",")] for point in line["points"].split())
    assert first[0] < last[0]
    assert first[1] > last[1]  # less wrong is drawn lower
    assert shown_rows(to_html(boards), "bpe")[-1][1:] == ["12.50", "25.00", "70.00", "15.00"]


def test_tags_and_slices_are_shown_for_each_tokenizer(write, tmp_path):
    rows = [[1, 2, 2]]
    for name in ("bpe", "unigram"):
        write(name, 0, rows, track={
            "slices": {"all": rows, "unseen graph": [[1, 1, 1]]},
            "tags": {"n": [1, 1, 1], "v": [0, 1, 1]},
        })  # fmt: skip
    text = to_markdown(read_boards(tmp_path))
    assert "| tokenizer | unseen graph (1) |" in text
    assert "| n | 1 | **100.00** | **100.00** |" in text
    assert "| v | 1 | 0.00 | 0.00 |" in text


def test_scores_of_nothing_are_no_scores(write, tmp_path):
    write("none", 0, [[0, 0, 0]] * 3, track={"extra": {"untrained_rate": 0.25}})
    text = to_markdown(read_boards(tmp_path))
    assert "| all | 0 | – | – | – | – |" in text
    assert "untrained tokens" in text
    assert "25.00" in text


def test_tags_have_intervals_where_all_seeds_tell_their_blocks(write, tmp_path):
    rows = [[3, 4, 4]] * 2
    for name, seed, blocks in (
        ("bpe", 0, [[2, 2, 2], [0, 2, 2]]),
        ("bpe", 1, [[0, 2, 2], [2, 2, 2]]),
        ("unigram", 0, [[2, 2, 2], [2, 2, 2]]),
        ("unigram", 1, None),
    ):
        told = {} if blocks is None else {"tag_blocks": {"n": blocks}}
        track = {"slices": {"all": rows}, "tags": {"n": [2, 4, 4]}, **told}
        write(name, seed, rows, track=track)
    text = to_markdown(read_boards(tmp_path))
    # One block and one seed may be drawn twice, and then hold all or nothing.
    assert "| n | 4 | **50.00 (0.00 – 100.00)** | **50.00** |" in text
    assert "a bootstrap over 2 blocks of consecutive rows" in text


def test_a_note_stands_in_every_text(write, tmp_path):
    write("bpe", 0, [[1, 1, 1]])
    write("bpe", 1, [[0, 1, 1]], fingerprint="e" * 64)
    boards = read_boards(tmp_path)
    for render in (to_markdown, to_html, to_latex):
        assert render(boards).count("2 versions of small") == 2


def test_names_in_results_cannot_break_markdown_or_latex(write, tmp_path):
    write("a|b_%<i>\\", 0, [[1, 1, 1]])
    write("bpe", 0, [[1, 1, 1]])
    boards = read_boards(tmp_path)
    line = next(x for x in to_markdown(boards).splitlines() if x.startswith("| a"))
    assert len(re.findall(r"(?<!\\)\|", line)) == 7
    assert "<" not in line
    escaped = r"a\textbar{}b\_\%\textless{}i\textgreater{}\textbackslash{} &"
    assert escaped in to_latex(boards)


def test_latex_has_the_rules_of_booktabs_and_says_what_it_shows(boards):
    text = to_latex(boards)
    for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\begin{table}", r"\end{table}"):
        assert text.count(rule) == 1
    caption = re.search(r"\\caption\{(.*)\}$", text, re.M)[1]
    assert "small" in caption
    assert "2 seeds (0, 1)" in caption
    assert "bootstrap over rows and seeds (1,000 resamples)" in caption
    assert r"95\,\%" in caption
    columns = re.search(r"\\begin\{tabular\}\{(l r*|lr+)\}", text)[1]
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {len(columns) - 1}


def test_the_page_needs_no_network_and_draws_each_interval(boards):
    text = to_html(boards)
    page = Page(text)
    assert not {"link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not any("src" in attributes for _, attributes in page.tags)
    links = [attributes["href"] for _, attributes in page.tags if "href" in attributes]
    assert links == ["#board-0"]
    assert [tag for tag, _ in page.tags].count("svg") == 4  # overview, two scores, one gain
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert "http" not in text.replace("http-equiv", "")


def test_names_in_results_cannot_break_the_page(write, tmp_path):
    hostile = '<script>"&'
    write(hostile, 0, [[1, 1, 1]], dataset=hostile)
    page = Page(to_html(read_boards(tmp_path)))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert {"value": hostile} in [a for tag, a in page.tags if tag == "option"]
