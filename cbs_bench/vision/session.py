"""Opens a model folder: ``model.onnx`` and the ``model.json`` that says what it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cbs_bench.model_card import NETWORK, read_model_card

if TYPE_CHECKING:
    import onnxruntime


MOST_THREADS = 4
CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded network.

    Attributes:
        session: The onnxruntime session.
        card: What ``model.json`` says.
        folder: Where both lie.
    """

    session: onnxruntime.InferenceSession
    card: dict[str, Any]
    folder: Path

    def run(self, pixels: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        """The outputs for one batch, ``[batch, 1, height, width]``."""
        name = self.session.get_inputs()[0].name
        outputs: list[npt.NDArray[np.float32]] = self.session.run(None, {name: pixels})
        return outputs


def threads() -> int:
    """How many threads a network may use: the cores left to this process, four at most.

    ``OMP_NUM_THREADS`` lowers it, as it does for other numerical libraries; the processes of a
    parallel run set it to 1.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:  # macOS and Windows
        cores = os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores, MOST_THREADS, int(wanted) if wanted.isdigit() and int(wanted) else cores)


def has_vnni() -> bool:
    """Whether the processor is known to have VNNI instructions; only Linux tells."""
    try:
        return "vnni" in CPU_INFO.read_text(encoding="utf-8")
    except OSError:
        return False


def open_model(folder: Path, kind: str) -> Model:
    """Load and check the model in ``folder``.

    Args:
        folder: Holds ``model.onnx`` and ``model.json``.
        kind: What the model must be: ``detector`` or ``recognizer``.

    Raises:
        ModelError: If a file is missing or corrupt, or the model is of another kind or format.
    """
    card = read_model_card(folder, kind, NETWORK)
    return Model(open_session(folder / NETWORK), card, folder)


def open_session(network: Path | bytes) -> onnxruntime.InferenceSession:
    """The network in an ONNX file, or in its content, on the CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.inter_op_num_threads = 1
    # Threads that wait by spinning take the cores from whatever else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The fast sums of eight-bit products are exact with VNNI and clipped without: nonsense.
    options.add_session_config_entry("session.x64quantprecision", "0" if has_vnni() else "1")
    options.log_severity_level = 3
    source = network if isinstance(network, bytes) else str(network)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
