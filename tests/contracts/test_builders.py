"""What every corpus builder promises, our own and third parties'."""

import pytest

from cbs_bench.dataset import writer
from cbs_bench.dataset.card import tags_of
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BUILDERS, BuildOptions, CorpusInfo

FILES = frozenset({"ids", "orthography"})

pytestmark = pytest.mark.parametrize("name", BUILDERS.names())


def test_it_says_where_its_data_come_from(name):
    info = BUILDERS.load(name).info
    assert isinstance(info, CorpusInfo)
    for text in (info.title, info.summary, info.licence, info.citation, info.homepage):
        assert text.strip()
        assert "\n" not in text
    assert all(limit.endswith((".", "?")) for limit in info.limits)


def test_its_tags_are_a_set(name):
    tags = tags_of(BUILDERS.load(name)())
    assert len(tags) == len(set(tags))


@pytest.mark.parametrize("kind", ["missing", "empty folder", "text file"])
def test_wrong_raw_data_are_one_line(name, kind, tmp_path):
    raw = tmp_path / "raw"
    if kind == "empty folder":
        raw.mkdir()
    elif kind == "text file":
        raw.write_text("nothing of the kind\n")
    with pytest.raises(InputError) as caught:
        writer.build(name, raw=raw, out=tmp_path / "out", options=BuildOptions())
    assert str(raw) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_it_declares_files_that_there_are(name):
    assert BUILDERS.load(name).takes <= FILES


@pytest.mark.parametrize("option", sorted(FILES))
def test_a_file_that_it_would_ignore_is_refused(name, option, tmp_path):
    file = tmp_path / "given"
    if option not in BUILDERS.load(name).takes:
        file.write_text('{"道": 1}')
    wrong = "no such file" if option in BUILDERS.load(name).takes else f"{name} takes no --{option}"
    with pytest.raises(InputError) as caught:
        options = BuildOptions(**{option: file})
        writer.build(name, raw=tmp_path, out=tmp_path / "out", options=options)
    assert str(caught.value).startswith(f"{file}: {wrong}; ")
    assert not (tmp_path / "out").exists()


def test_it_needs_raw_data_or_brings_its_own(name, tmp_path):
    builder = BUILDERS.load(name)()
    try:
        first = next(iter(builder.records(None)))
    except InputError as error:
        assert "--raw" in str(error)
    else:
        assert first.where
