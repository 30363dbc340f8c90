"""Tables: HTML, Markdown and CSV say the same, and the page stands by itself."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from cbs_bench.errors import InputError
from cbs_bench.report import CSV_COLUMNS, FORMATS, to_csv, to_html, to_markdown
from cbs_bench.tables import read_results

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Checks that every tag is closed in turn, and keeps what a test asks for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.cells, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.cells.append([])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1].append(data)


def write(folder, tokenizer, seed, rows, **changes):
    result = {
        "task": "pos", "fingerprint": "f" * 64, "dataset": "small", "tokenizer": tokenizer,
        "granularity": "subword" if tokenizer == "bpe" else "component", "seed": seed,
        "tracks": [{"track": "transcription", "split": "test", "slices": {"all": rows}}],
    }  # fmt: skip
    path = folder / f"{tokenizer}-{seed}-{changes.get('dataset', '')[:5]}.json"
    path.write_text(json.dumps(result | changes), encoding="utf-8")


@pytest.fixture
def tables(tmp_path):
    write(tmp_path, "multigranularity", 0, [[3, 4, 4], [2, 2, 3]])
    write(tmp_path, "multigranularity", 1, [[4, 4, 4], [2, 3, 3]])
    write(tmp_path, "bpe", 0, [[2, 4, 4], [1, 2, 3]])
    return read_results(tmp_path)


def test_csv_starts_with_the_agreed_columns_and_holds_each_tokenizer(tables):
    rows = list(csv.DictReader(io.StringIO(to_csv(tables))))
    assert list(rows[0]) == list(CSV_COLUMNS)
    by_name = {row["tokenizer"]: row for row in rows}
    assert float(by_name["bpe"]["f1"]) == pytest.approx(2 * 3 / (6 + 7))
    both = (2 * 5 / (6 + 7) + 2 * 6 / (7 + 7)) / 2
    assert float(by_name["multigranularity"]["f1"]) == pytest.approx(both)
    assert by_name["multigranularity"]["seeds"] == "2"
    assert by_name["bpe"]["gold"] == "7"


def test_all_formats_give_the_same_scores(tables):
    page = Page(to_html(tables))
    shown = {cells[0]: cells[1:] for cells in page.cells if cells}
    markdown = to_markdown(tables)
    for row in csv.DictReader(io.StringIO(to_csv(tables))):
        scores = [f"{100 * float(row[name]):.2f}" for name in ("precision", "recall", "f1")]
        assert shown[row["tokenizer"]][:3] == scores
        line = next(x for x in markdown.splitlines() if x.startswith(f"| {row['tokenizer']} "))
        assert all(score in line for score in scores)


def test_the_page_needs_no_network_and_draws_each_interval(tables):
    page = Page(to_html(tables))
    assert not {"link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not any({"src", "href"} & attributes.keys() for _, attributes in page.tags)
    assert [tag for tag, _ in page.tags].count("svg") == 2
    text = to_html(tables)
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text
    assert "http://" not in text
    assert "https://" not in text


def test_the_page_filters_by_dataset_and_track(tables):
    page = Page(to_html(tables))
    filters = [a["data-filter"] for tag, a in page.tags if tag == "select"]
    assert filters == ["dataset", "track"]
    section = next(attributes for tag, attributes in page.tags if tag == "section")
    assert section == {"data-dataset": "small", "data-track": "transcription"}


def test_names_in_results_cannot_break_the_page(tmp_path):
    hostile = '<script>"&'
    write(tmp_path, "bpe", 0, [[1, 1, 1]], dataset=hostile)
    page = Page(to_html(read_results(tmp_path)))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert {"value": hostile} in [a for tag, a in page.tags if tag == "option"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_perfect_score_and_none_at_all_can_be_shown(name, tmp_path):
    write(tmp_path, "bpe", 0, [[1, 1, 1]])
    write(tmp_path, "multigranularity", 0, [[0, 0, 1]])
    assert "bpe" in FORMATS[name](read_results(tmp_path))


def test_a_folder_without_results_is_named(tmp_path):
    with pytest.raises(InputError, match="no results; run `cbs-bench run` first"):
        read_results(tmp_path)


def test_a_file_that_is_no_result_is_named(tmp_path):
    (tmp_path / "odd.json").write_text("[]")
    with pytest.raises(InputError, match=r"odd\.json: not a result"):
        read_results(tmp_path)
