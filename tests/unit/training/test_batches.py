from __future__ import annotations

import os
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.training.batches import drawn
from cbs_bench.training.crops import Crop, VariedCrops
from cbs_bench.vision.framing import Frame

pytestmark = pytest.mark.train


@pytest.fixture(params=[1, 2, 4], ids=lambda cores: f"{cores} cores")
def _cores(request, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(request.param), raising=False)


@pytest.mark.usefixtures("_cores")
def test_batches_come_in_the_order_of_their_steps():
    with drawn(lambda step: np.full(2, step), range(3, 20)) as batches:
        assert [batch.tolist() for batch in batches] == [[step, step] for step in range(3, 20)]


@pytest.mark.usefixtures("_cores")
def test_a_run_may_end_before_its_batches_do():
    with drawn(lambda step: step, range(10**9)) as batches:
        assert next(batches) == 0


@pytest.mark.usefixtures("_cores")
def test_what_goes_wrong_in_drawing_is_raised_where_the_batch_is_used():
    def batch_of(step):
        return 1 // step

    with pytest.raises(ZeroDivisionError), drawn(batch_of, range(2)) as batches:
        list(batches)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_batch_depends_on_seed_and_step_alone(mirrored):
    generator = np.random.default_rng(0)
    crops = [
        Crop(f"{i}", generator.integers(0, 256, (30, 20), dtype=np.uint8), "日", f"{i}", "train")
        for i in range(3)
    ]

    def pictures(seed, step):
        varied = VariedCrops(crops, [0, 1, 1], Frame(32), "photograph", seed, mirrored=mirrored)
        varied.batch(8, step + 1)
        return varied.batch(8, step)[0]

    assert np.array_equal(pictures(0, 4), pictures(0, 4))
    assert not np.array_equal(pictures(0, 4), pictures(0, 5))
    assert not np.array_equal(pictures(0, 4), pictures(1, 4))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
@pytest.mark.parametrize(("cores", "elsewhere"), [(1, False), (2, True), (4, True)])
def test_batches_are_drawn_in_another_process_where_there_are_cores(cores, elsewhere, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(cores))
    with drawn(lambda step: os.getpid(), range(2)) as batches:
        assert [pid != os.getpid() for pid in batches] == [elsewhere, elsewhere]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_torch_gives_up_threads_while_batches_are_drawn_and_not_after(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(4))
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with drawn(lambda step: step, range(2)):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
