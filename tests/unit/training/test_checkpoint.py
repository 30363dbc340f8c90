from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.errors import InputError
from cbs_bench.training.checkpoint import Checkpoint, run_of

pytestmark = pytest.mark.train


def test_a_run_finds_what_it_left(tmp_path):
    checkpoint = Checkpoint(tmp_path / "sub" / "c.pt", run_of("data", 1))
    assert checkpoint.load() is None
    checkpoint.save({"weights": torch.ones(2)})
    assert torch.equal(checkpoint.load()["weights"], torch.ones(2))


def test_what_another_run_left_is_refused(tmp_path):
    Checkpoint(tmp_path / "c.pt", run_of("data", 1)).save({})
    with pytest.raises(InputError, match=r"c\.pt: was written by a run with other data"):
        Checkpoint(tmp_path / "c.pt", run_of("data", 2)).load()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04"])
def test_a_broken_checkpoint_is_named(content, tmp_path):
    (tmp_path / "c.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"c\.pt: no checkpoint .*; delete it"):
        Checkpoint(tmp_path / "c.pt", "run").load()
