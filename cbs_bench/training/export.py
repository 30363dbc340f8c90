"""From a trained network to a model folder: ONNX, int8, ``model.json``."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from cbs_bench.model_card import NETWORK, write_model_card
from cbs_bench.vision.session import Model, open_model

OPSET = 20

Array = npt.NDArray[np.float32]


def export_onnx(network: nn.Module, example: torch.Tensor, path: Path, *, free_size: bool) -> None:
    """Write ``network`` as ONNX with a free batch size.

    Args:
        network: In evaluation mode.
        example: One input, ``[batch, 1, height, width]``.
        path: Of the file.
        free_size: Whether height and width, multiples of 16, are free as well.
    """
    axes: dict[int, Any] = {0: torch.export.Dim("batch")}
    if free_size:
        axes |= {
            2: 16 * torch.export.Dim("rows", min=1, max=4096),
            3: 16 * torch.export.Dim("columns", min=1, max=4096),
        }
    with _silent():
        torch.onnx.export(
            network.cpu().to(memory_format=torch.contiguous_format), (example,), str(path),
            dynamo=True, opset_version=OPSET, dynamic_shapes=(axes,), external_data=False,
            verbose=False,
        )  # fmt: skip
    forget_origin(path)


@contextmanager
def _silent() -> Iterator[None]:
    """Without what torch has to say of its own doings, and of packages that it could use."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def forget_origin(path: Path) -> None:
    """Take out of an ONNX file what the exporter noted of the machine: stack traces, file names."""
    import onnx

    model = onnx.load(path)
    del model.metadata_props[:]
    for part in (model.graph, *model.functions):
        for node in part.node:
            del node.metadata_props[:]
            node.doc_string = ""
        for value in part.value_info:
            del value.metadata_props[:]
        del part.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
    onnx.save(model, path)


def quantise(source: Path, target: Path, samples: Sequence[Array]) -> None:
    """Write an int8 version of an ONNX file, calibrated on ``samples``.

    QDQ with unsigned activations and signed weights a channel is the variant that
    onnxruntime runs fastest on common CPUs.
    """
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Samples(CalibrationDataReader):
        def __init__(self) -> None:
            self._rows: Iterator[Array] = iter(samples)

        def get_next(self) -> dict[str, Array] | None:
            row = next(self._rows, None)
            return None if row is None else {"x": row}

    prepared = source.with_suffix(".prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared), str(target), Samples(), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "Add", "Gemm", "MatMul"],
    )  # fmt: skip
    prepared.unlink()


def write_card(folder: Path, kind: str, card: dict[str, Any]) -> Model:
    """Write ``model.json`` beside ``model.onnx`` and open the folder as its users will.

    Args:
        folder: Holds ``model.onnx``.
        kind: ``detector`` or ``recognizer``.
        card: Everything but format, kind and checksum.
    """
    write_model_card(folder, kind, NETWORK, card)
    return open_model(folder, kind)
