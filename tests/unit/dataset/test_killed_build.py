"""A build that is killed leaves no trace in the result of the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from given_rows import picture

from cbs_bench.dataset import reader
from cbs_bench.dataset.folder import DRAFT
from cbs_bench.dataset.writer import build
from cbs_bench.interfaces import BuildOptions

ROWS = 400
SCRIPT = """
import sys
from pathlib import Path
from cbs_bench.dataset.writer import build
from cbs_bench.interfaces import BuildOptions
if __name__ == "__main__":
    raw, out = map(Path, sys.argv[1:])
    build("glyph_folders", raw=raw, out=out, options=BuildOptions())
"""


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    path = tmp_path_factory.mktemp("raw") / "glyphs.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(ROWS):
            file.writestr(f"{number % 7}/{number}.png", picture(number))
    return path


def parquet(folder):
    return {name: (folder / name).read_bytes() for name in reader.manifest(folder)["files"]}


@pytest.mark.parametrize("delay", [0.0, 0.15, 0.4])
def test_killed_at_any_point_the_next_build_gives_the_same_bytes(raw, tmp_path, delay):
    build("glyph_folders", raw=raw, out=tmp_path / "whole", options=BuildOptions())
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(raw), str(out)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while process.poll() is None and not list(tmp_path.glob(f"{DRAFT}out-*")):
        time.sleep(0.01)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not out.exists() or reader.is_dataset(out)
    build("glyph_folders", raw=raw, out=out, options=BuildOptions())
    assert parquet(out) == parquet(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]


WAITING = """
import signal, sys, time
from cbs_bench.dataset.parallel import ended_early, fresh_processes
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    pool = fresh_processes(2)
    list(pool.map(time.sleep, [0.5, 0.5]))
    try:
        with ended_early(pool):
            print("both are there", flush=True)
            pool.submit(time.sleep, 60).result()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
"""


def test_workers_say_nothing_when_interrupted():
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "both are there\n"
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert said == "interrupted\n"


LATE = """
import multiprocessing, os, signal, sys, threading, time
from cbs_bench.dataset.parallel import ended_early, fresh_processes
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pool = fresh_processes(2)
    list(pool.map(time.sleep, [0.5, 0.5]))
    threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
    try:
        with ended_early(pool):
            future = pool.submit(time.sleep, 60)
            for worker in multiprocessing.active_children():
                worker.kill()
            future.result()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
"""


def test_an_interrupt_that_ends_the_workers_first_is_one_all_the_same():
    done = subprocess.run(
        [sys.executable, "-c", LATE], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stderr == "interrupted\n"
