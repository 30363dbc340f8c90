"""Which files lie below a folder, links and hidden ones among them."""

from __future__ import annotations

import os

import pytest

from cbs_bench.errors import InputError
from cbs_bench.walk import files_below, is_hidden


def names(folder, *suffixes):
    return [file.relative_to(folder).as_posix() for file in files_below(folder, suffixes)]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "scans"
    for name in ("b.PNG", "a/2.png", "a/10.png", "a.png", "notes.txt"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).touch()
    return made


def test_files_come_in_order_of_path(folder):
    assert names(folder) == ["a/10.png", "a/2.png", "a.png", "b.PNG", "notes.txt"]
    assert names(folder, ".png") == ["a/10.png", "a/2.png", "a.png", "b.PNG"]


def test_a_linked_folder_is_followed(folder, tmp_path):
    other = tmp_path / "other" / "deep"
    other.mkdir(parents=True)
    (other / "c.png").touch()
    (folder / "a" / "link").symlink_to(other.parent)
    assert "a/link/deep/c.png" in names(folder)


def test_the_folder_itself_may_be_a_link_or_hidden(folder, tmp_path):
    (tmp_path / ".link").symlink_to(folder)
    assert names(tmp_path / ".link") == names(folder)


def test_a_folder_counts_once_by_the_shortest_way(folder):
    before = names(folder)
    (folder / "0").symlink_to(folder / "a")
    (folder / "a" / "up").symlink_to(folder)
    assert names(folder, ".png", ".txt") == before


@pytest.mark.parametrize("target", ["gone", "lost"])
def test_a_link_to_nothing_is_one_line(folder, target):
    (folder / "lost").symlink_to(target)
    with pytest.raises(InputError, match="scans/lost: this link leads nowhere; mend or remove it"):
        files_below(folder, [".png"])


def test_who_hears_of_what_is_left_out_gets_the_rest(folder, monkeypatch):
    for name in ("lost.PNG", "notes.pdf", "lost"):
        (folder / name).symlink_to("gone")
    forbid(monkeypatch, folder / "a")
    heard = []
    files = files_below(folder, [".png"], heard.append)
    assert [file.name for file in files] == ["a.png", "b.PNG"]
    assert sorted(str(error) for error in heard) == [
        f"{folder}/a: cannot list this folder (Permission denied); see that you may read it",
        f"{folder}/lost.PNG: this link leads nowhere; mend or remove it",
    ]


def test_hidden_files_are_left_out(folder):
    before = names(folder)
    for name in (".a/1.png", "__MACOSX/1.png", "a/._2.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
        assert is_hidden(name)
    assert names(folder) == before


def forbid(monkeypatch, folder):
    listed = os.scandir

    def forbidding(place):
        if str(place) == str(folder):
            raise PermissionError(13, "Permission denied", place)
        return listed(place)

    monkeypatch.setattr(os, "scandir", forbidding)


def test_a_folder_that_cannot_be_listed_is_one_line(folder, monkeypatch):
    forbid(monkeypatch, folder / "a")
    with pytest.raises(InputError, match=r"scans/a: cannot list this folder \(Permission denied\)"):
        files_below(folder)
