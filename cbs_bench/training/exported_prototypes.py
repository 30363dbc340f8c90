"""The prototypes in an exported recogniser: what they are, what is held against them, new ones.

A recogniser ends in one product: the features of a crop, of unit length, with the direction of
each graph (:mod:`cbs_bench.training.prototypes`). Its factors are found from the output
backwards, whether the network is quantised or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

from cbs_bench.errors import ModelError
from cbs_bench.vision.session import open_session

Array = npt.NDArray[np.float32]

PRODUCT = "Gemm"
ROUNDING = ("QuantizeLinear", "DequantizeLinear")
ROUNDED = 0.02
"""How far from 1 the length of a direction may be after its numbers were rounded to eight bits."""

PROTOTYPES = "prototypes"
"""Name of the weights that take the place of others."""


class ExportedPrototypes:
    """The product at the end of a recogniser's network.

    Args:
        path: ``model.onnx`` of the recogniser.

    Attributes:
        directions: ``[graphs, size]``, of unit length.

    Raises:
        ModelError: If the network does not end in such a product.
    """

    def __init__(self, path: Path) -> None:
        self._network = onnx.load(path)
        end = _path(self._network.graph)
        if not end or len(end[0].input) != 2:
            raise _no_prototypes(path)
        self._session = open_session(_factors(self._network, end[0]))
        self._pixels = self._session.get_inputs()[0]
        blank = np.zeros((1, *self._pixels.shape[1:]), np.float32)
        self.directions: Array = self._factor(1, blank)
        if not np.allclose(np.linalg.norm(self.directions, axis=1), 1, atol=ROUNDED):
            raise _no_prototypes(path)

    def features(self, pictures: Array) -> Array:
        """What the network sees, of unit length.

        Args:
            pictures: ``[n, 1, side, side]``.

        Returns:
            ``[views, n, size]``: one view, or a second of the mirror images where the network
            looks at them, too.
        """
        found = self._factor(0, pictures)
        return found.reshape(-1, len(pictures), found.shape[-1])

    def replaced(self, directions: Array) -> bytes:
        """The ONNX file with other prototypes, which are not rounded, nor is their product.

        Args:
            directions: ``[graphs, size]``, of unit length; there may be more than before.
        """
        network = onnx.ModelProto()
        network.CopyFrom(self._network)
        graph = network.graph
        product, *after = _path(graph)
        product.input[1] = _weights(graph, PROTOTYPES, directions.astype(np.float32))
        _do_not_round([product, *after])
        for node in after:
            if node.op_type == "Reshape":  # of crops and their mirror images
                shape = np.array([2, -1, len(directions)])
                node.input[1] = _weights(graph, f"{PROTOTYPES}_shape", shape)
        del graph.value_info[:]
        graph.output[0].type.tensor_type.shape.dim[1].dim_value = len(directions)
        return _part(network, [output.name for output in graph.output])

    def _factor(self, place: int, pictures: Array) -> Array:
        factor: Array = self._session.run(None, {self._pixels.name: pictures})[place]
        return factor


def _path(graph: Any) -> list[Any]:
    """The node that multiplies features and prototypes, and those after it; or none."""
    makers = {name: node for node in graph.node for name in node.output}
    path: list[Any] = []
    node = makers.get(graph.output[0].name)
    while node is not None:
        path.insert(0, node)
        if node.op_type == PRODUCT:
            return path
        node = makers.get(node.input[0]) if node.input else None
    return []


def _no_prototypes(path: Path) -> ModelError:
    return ModelError(
        "the network does not end in prototypes",
        path=path,
        remedy="give a recogniser of `cbs-bench train recognizer`",
    )


def _weights(graph: Any, name: str, values: npt.NDArray[Any]) -> str:
    """Add weights, or put them in the place of those of the same name."""
    kept = [weights for weights in graph.initializer if weights.name != name]
    del graph.initializer[:]
    graph.initializer.extend([*kept, numpy_helper.from_array(values, name)])
    return name


def _factors(network: Any, product: Any) -> bytes:
    """The network that answers with both factors of its product."""
    opened = onnx.ModelProto()
    opened.CopyFrom(network)
    graph, names = opened.graph, ["features", "directions"]
    for factor, name in zip(product.input[:2], names, strict=True):
        # Prototypes that are not quantised are no output of a node yet.
        graph.node.append(helper.make_node("Identity", [factor], [name]))
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return _part(opened, names)


def _do_not_round(path: Sequence[Any]) -> None:
    """The range of a rounded product was fitted to the prototypes before."""
    exact = [node for node in path if node.op_type not in ROUNDING]
    for before, node in pairwise(exact):
        node.input[0] = before.output[0]


def _part(network: Any, outputs: Sequence[str]) -> bytes:
    """The network without what does not lead to ``outputs``."""
    inputs = [pixels.name for pixels in network.graph.input]
    part = Extractor(network).extract_model(inputs, list(outputs))
    part.graph.name = network.graph.name
    return bytes(part.SerializeToString())
