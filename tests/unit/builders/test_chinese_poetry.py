import json

import pytest

from cbs_bench.dataset.writer import build
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BUILDERS, BuildOptions, Rejection

OPTIONS = BuildOptions()
POEM = {
    "id": "a1",
    "author": "李白",
    "title": "靜夜思",
    "paragraphs": ["床前明月光，", "疑是地上霜。"],
}


def records(raw, poems):
    raw.mkdir()
    (raw / "poet.tang.0.json").write_text(json.dumps(poems), encoding="utf-8")
    return list(BUILDERS.load("chinese_poetry")().records(raw))


def test_a_poem_is_one_text_of_its_author(tmp_path):
    (record,) = records(tmp_path / "raw", [POEM])
    assert record.row["text"] == "床前明月光，疑是地上霜。"
    assert (record.row["id"], record.document) == ("a1", "李白")


def test_its_card_names_the_licence_as_the_hub_does(tmp_path):
    records(tmp_path / "raw", [POEM])
    report = build("chinese_poetry", raw=tmp_path / "raw", out=tmp_path / "out", options=OPTIONS)
    card = (report.out / "README.md").read_text(encoding="utf-8")
    assert 'license: "mit"\n' in card
    assert "stated by the source: MIT\n" in card


@pytest.mark.parametrize("change", [{"paragraphs": []}, {"id": 3}, {"paragraphs": [None]}])
def test_a_poem_without_text_or_name_is_rejected(tmp_path, change):
    good, bad = records(tmp_path / "raw", [POEM, POEM | change])
    assert isinstance(bad, Rejection)
    assert bad.where == "poet.tang.0.json poem 2"
    assert not isinstance(good, Rejection)


def test_a_file_that_holds_no_poems_is_named(tmp_path):
    with pytest.raises(InputError, match=r"poet\.tang\.0\.json: not a list of poems"):
        records(tmp_path / "raw", {})
