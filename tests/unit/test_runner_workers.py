"""Runs in several processes: how they are born, and what becomes of their errors."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from cbs_bench import runner
from cbs_bench.errors import InputError

CELLS = 12


@pytest.fixture
def many(mini, tmp_path, monkeypatch):
    """``many(body)``: runs twelve cells in two processes, each of which does as ``body`` says."""

    def many(body):
        module = f"cell_{abs(hash(body))}"
        text = (
            "import os, time\n"
            "from pathlib import Path\n"
            "from cbs_bench.errors import InputError\n\n\n"
            f"def run_one(request, folder, head):\n    {body}\n"
        )
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(runner, "run_one", importlib.import_module(module).run_one)
        found = []
        runner.run("pos", data=mini, tokenizers=["character"], seeds=CELLS,
                   out=tmp_path / "cells", workers=2, done=found.append)  # fmt: skip
        return found

    return many


def test_a_task_that_reads_slips_names_the_models_that_read_them(many):
    assert many("return sorted(head['models'])") == [["detector", "recognizer", "vectors"]] * CELLS


def test_after_an_error_nothing_more_is_begun(many, tmp_path):
    body = (
        "(folder / str(request.seed)).touch(); time.sleep(0.2 * (request.seed > 0)); "
        "raise InputError('it failed')"
    )
    with pytest.raises(InputError, match="it failed"):
        many(body)
    assert len(list((tmp_path / "cells" / "pos").iterdir())) < CELLS - 2


def test_a_killed_worker_is_one_line(many):
    with pytest.raises(InputError, match="a worker process was killed; free some memory"):
        many("os._exit(1)")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Linux tells it")
def test_a_worker_is_born_with_one_thread(many, monkeypatch):
    """Set any later, numpy has started its threads already."""
    for name in runner.THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    for born in many("return Path('/proc/self/environ').read_text()"):
        assert {f"{name}=1" for name in runner.THREADS} <= set(born.split("\0"))
    assert [os.environ.get(name) for name in runner.THREADS] == ["7", None, None]
