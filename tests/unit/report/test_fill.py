"""Tables between the markers of a text."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from cbs_bench.cli import main
from cbs_bench.errors import InputError
from cbs_bench.report import fill, fill_files, read_boards, to_markdown

MARKED = "Before.\n\n<!-- table: {} -->\nstale\n<!-- end table -->\n\nAfter.\n"


def test_a_marker_gets_the_scores_and_the_gain_of_its_board(boards, tmp_path):
    filled = fill(MARKED.format("pos small"), boards, tmp_path)
    start = "Before.\n\n<!-- table: pos small -->\n\n| tokenizer | precision | recall | F1 |"
    assert filled.startswith(start)
    assert filled.endswith("\n\n<!-- end table -->\n\nAfter.\n")
    assert "over bpe, the best sub-word tokenizer" in filled
    assert "stale" not in filled


def test_all_stands_for_every_board_in_full(boards, tmp_path):
    assert to_markdown(boards).strip() in fill(MARKED.format("all"), boards, tmp_path)


@pytest.mark.parametrize("fence", ["```", "~~~", "  ````"])
def test_markers_in_code_are_text(fence, boards, tmp_path):
    inside = f"{fence}markdown\n~~ {fence.strip()} \n{MARKED.format('pos nowhere')}{fence}\n"
    outside = MARKED.format("pos small")
    assert fill(inside + outside, boards, tmp_path) == inside + fill(outside, boards, tmp_path)
    with pytest.raises(InputError, match="no marker of a table"):
        fill(inside, boards, tmp_path)


@pytest.mark.parametrize("name", ["pos small", "all"])
def test_filling_again_changes_nothing(name, boards, tmp_path):
    once = fill(MARKED.format(name), boards, tmp_path)
    assert fill(once, boards, tmp_path) == once


def test_a_track_tells_boards_of_the_same_data_apart(write, tmp_path):
    write("bpe", 0, [[1, 2, 2]])
    write("bpe", 1, [[2, 2, 2]], track={"track": "scan"})
    boards = read_boards(tmp_path)
    assert "| bpe | 100.00 |" in fill(MARKED.format("pos small scan"), boards, tmp_path)
    with pytest.raises(InputError, match="'pos small' names several boards; known are all, pos"):
        fill(MARKED.format("pos small"), boards, tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            MARKED.format("pos big"),
            "row 3: the marker 'pos big' names no board; known are all, pos",
        ),
        (MARKED.format("pos"), "row 3: the marker 'pos' names no board"),
        ("<!-- table: all -->\n", "row 1: a marker without its pair"),
        ("\n<!-- end table -->\n", "row 2: a marker without its pair"),
        ("<!-- table: all -->\n<!-- table: all -->\n", "row 2: a marker without its pair"),
        ("No table.\n", "no marker of a table"),
    ],
)
def test_a_fault_is_one_line_that_names_the_row(text, problem, boards, tmp_path):
    with pytest.raises(InputError) as caught:
        fill(text, boards, tmp_path / "README.md")
    assert f"README.md: {problem}" in str(caught.value)


def test_the_command_changes_no_file_where_one_is_at_fault(boards, tmp_path, capsys):
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text(MARKED.format("pos small"), encoding="utf-8")
    bad.write_text(MARKED.format("pos big"), encoding="utf-8")
    assert main(["report", str(tmp_path), "--fill", str(good), str(bad)]) == 2
    assert "bad.md: row 3" in capsys.readouterr().err
    assert "stale" in good.read_text(encoding="utf-8")
    assert main(["report", str(tmp_path), "--fill", str(good)]) == 0
    assert "stale" not in good.read_text(encoding="utf-8")


def test_a_line_ends_where_a_text_editor_ends_it(boards, tmp_path):
    odd = "one\u2028line,\x0ca page\x85and\x1cmore\n"
    assert fill(odd + MARKED.format("pos small"), boards, tmp_path).startswith(odd)


def test_lines_end_as_they_did(boards, tmp_path):
    path = tmp_path / "text.md"
    text = "# mine\n<!-- table: all -->\n<!-- end table -->\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    fill_files([path], boards)
    assert path.read_bytes() == fill(text, boards, path).replace("\n", "\r\n").encode()


def test_a_marker_after_a_byte_order_mark_is_seen_and_the_mark_stays(boards, tmp_path):
    path = tmp_path / "text.md"
    text = "<!-- table: all -->\n<!-- end table -->\n"
    path.write_text(text, encoding="utf-8-sig")
    fill_files([path], boards)
    assert path.read_bytes() == fill(text, boards, path).encode("utf-8-sig")


def test_a_file_for_which_there_is_no_room_is_left_as_it_was(boards, tmp_path, capsys, monkeypatch):
    def torn(path, content):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "README.md"
    text = MARKED.format("pos small")
    file.write_text(text, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(Path, "write_bytes", torn)
    assert main(["report", str(tmp_path), "--fill", str(file)]) == 2
    assert f"{file}: No space left on device; make room" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == text
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_to_a_text_stays_a_link(boards, tmp_path):
    file, link = tmp_path / "text.md", tmp_path / "README.md"
    file.write_text(MARKED.format("pos small"), encoding="utf-8")
    link.symlink_to(file)
    assert main(["report", str(tmp_path), "--fill", str(link)]) == 0
    assert link.is_symlink()
    assert "stale" not in file.read_text(encoding="utf-8")


def test_a_missing_file_is_named(boards, tmp_path, capsys):
    assert main(["report", str(tmp_path), "--fill", str(tmp_path / "none.md")]) == 2
    assert "none.md: cannot be read" in capsys.readouterr().err
