from __future__ import annotations

import subprocess

from cbs_bench import revision


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def test_a_checkout_names_its_commit_and_whether_the_code_differs(tmp_path, monkeypatch):
    monkeypatch.setattr(revision, "ROOT", tmp_path)
    (tmp_path / "cbs_bench").mkdir()
    code = tmp_path / "cbs_bench" / "__init__.py"
    code.write_text("")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    clean = revision.current()
    assert clean is not None
    assert len(clean["commit"]) == 40
    assert not clean["dirty"]
    code.write_text("changed = True\n")
    assert revision.current() == {"commit": clean["commit"], "dirty": True}


def test_outside_a_checkout_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.setattr(revision, "ROOT", tmp_path)
    assert revision.current() is None


def test_a_package_inside_another_repository_is_no_checkout(tmp_path, monkeypatch):
    git(tmp_path, "init")
    monkeypatch.setattr(revision, "ROOT", tmp_path)
    assert revision.current() is None
