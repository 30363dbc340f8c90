from __future__ import annotations

import zipfile

import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.errors import InputError
from cbs_bench.training.checkpoint import Checkpoint

pytestmark = pytest.mark.train


def test_a_run_finds_what_it_left(tmp_path):
    checkpoint = Checkpoint(tmp_path / "sub" / "c.pt", {"data": "a", "steps": 1})
    assert checkpoint.load() is None
    checkpoint.save({"weights": torch.ones(2)})
    assert torch.equal(checkpoint.load()["weights"], torch.ones(2))


RUN = {"data": "a", "steps": 900, "batch": 16, "seed": 0}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"data": "b"}, r"settings \(data\); give another --out, or delete it"),
        ({"batch": 7, "seed": 1}, r"settings \(batch 16, seed 0\); give another --out"),
        ({"steps": 1800}, r"settings \(steps 900\); more steps are another run: give another"),
    ],
)
def test_what_another_run_left_is_refused_and_what_differs_is_named(changed, said, tmp_path):
    Checkpoint(tmp_path / "c.pt", RUN).save({})
    with pytest.raises(InputError, match=r"c\.pt: was written by a run with other .*" + said):
        Checkpoint(tmp_path / "c.pt", RUN | changed).load()


def test_a_checkpoint_of_a_gpu_is_taken_up_without_one(tmp_path):
    checkpoint = Checkpoint(tmp_path / "c.pt", RUN)
    checkpoint.save({"weights": torch.ones(2)})
    with zipfile.ZipFile(checkpoint.path) as saved:
        parts = {name: saved.read(name) for name in saved.namelist()}
    cpu, gpu = b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"
    assert any(cpu in part for part in parts.values())
    with zipfile.ZipFile(checkpoint.path, "w") as changed:
        for name, part in parts.items():
            changed.writestr(name, part.replace(cpu, gpu))
    assert checkpoint.load()["weights"].device.type == "cpu"


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04"])
def test_a_broken_checkpoint_is_named(content, tmp_path):
    (tmp_path / "c.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"c\.pt: no checkpoint .*; delete it"):
        Checkpoint(tmp_path / "c.pt", RUN).load()
