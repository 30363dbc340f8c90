"""The plugins that CONTRIBUTING shows work, as a newcomer would try them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLUGINS = dict(
    re.findall(r"^`([\w/]+\.py)`, then [^\n]*\n\n```python\n(.*?)^```$", GUIDE, re.M | re.S)
)
COPIED = ("cbs_bench", "builders", "baselines", "tests", "pyproject.toml")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the packages with every file that the guide shows."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name, text in PLUGINS.items():
        assert not (folder / name).exists()
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def python(checkout):
    """``python(…)``: the output of a command of Python in the copy, which must succeed."""

    def python(*command):
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=checkout, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return python


def test_every_block_of_python_is_a_plugin_with_its_path():
    assert len(PLUGINS) == GUIDE.count("```python") == 3


def test_the_task_has_twenty_lines():
    lines = PLUGINS["cbs_bench/tasks/sentence_length.py"].splitlines()
    assert len([line for line in lines if line]) <= 20


def test_they_keep_the_contracts(python):
    names = [Path(path).stem for path in PLUGINS]
    shown = python(
        "-m", "pytest", "-v", "-p", "no:cacheprovider", "tests/contracts", "-k", " or ".join(names)
    )
    assert "skipped" not in shown.lower()
    for name in names:
        assert len(re.findall(rf"\[.*{name}.*\] PASSED", shown)) >= 3


def test_a_package_of_ones_own_adds_a_plugin(python, checkout):
    (block,) = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.M | re.S)
    groups = tomllib.loads(block)["project"]["entry-points"]
    ((group, points),) = groups.items()
    ((name, value),) = points.items()
    module = checkout / f"{value.partition(':')[0].replace('.', '/')}.py"
    module.parent.mkdir()
    module.write_text(PLUGINS["baselines/pairs.py"], encoding="utf-8")
    installed = checkout / "my_package-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    assert name in python("-m", "cbs_bench.cli", "list")
    load = f"from cbs_bench.interfaces import BASELINES; print(BASELINES.load({name!r}))"
    assert value.replace(":", ".") in python("-c", load)


def test_all_pass_the_linter(python):
    pytest.importorskip("ruff", reason="ruff is in the extra `dev`")
    python("-m", "ruff", "check", "--no-cache", *PLUGINS)
    python("-m", "ruff", "format", "--no-cache", "--check", *PLUGINS)


def test_the_corpus_is_built_by_its_name(python, checkout):
    names = python("-m", "cbs_bench.cli", "list")
    assert all(Path(path).stem in names for path in PLUGINS)
    raw = checkout / "raw.txt"
    raw.write_text("1\t道可道{日止頁}\n2\t非常道\nno slip\n", encoding="utf-8")
    shown = python(
        "-m", "cbs_bench.cli", "build", "my_lab", "--raw", str(raw), "--out", str(checkout / "lab")
    )
    assert "no tab between slip and sentence" in shown
    python("-m", "cbs_bench.cli", "audit", str(checkout / "lab"))


def test_the_layers_are_those_that_are_checked():
    told = [
        {name.removesuffix(".py").rstrip("/") for name in re.findall(r"`([\w./]+)`", row)}
        for row in re.findall(r"^\| (`.*?) \|", GUIDE, re.M)
    ]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    checked = [
        {name.removeprefix("cbs_bench.") for name in layer.split(" : ")}
        for layer in contract["layers"]
    ]
    assert told == checked
