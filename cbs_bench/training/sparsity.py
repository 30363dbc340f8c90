"""ProSparse: sparse activations of ReLU by a penalty that grows as training goes on.

After Song et al., "ProSparse: Introducing and Enhancing Intrinsic Activation Sparsity within Large
Language Models" (COLING 2025): the L1 norm of what the ReLUs let through is added to the loss. Its
factor is small while the network warms up and then rises in stages, each along half a wave of a
sine, so that the network can follow without a jolt.

That paper penalises the norm itself. Here every convolution is normalised after, so that a network
could make all activations smaller and none of them zero; the norm is therefore taken in units of
the root mean square. That paper's last step, a threshold above zero in place of the zero of ReLU
(FATReLU), is left out: onnxruntime joins a ReLU with the convolution before it, but nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import cos, pi

import torch
from torch import nn

WARM_UP = 0.1
"""Share of the training in which the factor is that of the first stage."""

FACTORS = (0.1, 0.4, 0.7, 1.0)
"""Of the peak: in the warm-up, and at the end of each stage after it."""

TINY = 1e-6
"""Under the root: a layer may be silent as a whole."""

Penalty = Callable[[float], torch.Tensor]
Note = Callable[[nn.Module, tuple[torch.Tensor, ...], torch.Tensor], None]


def factor_at(progress: float, peak: float) -> float:
    """The factor of the penalty.

    Args:
        progress: How far training has come, from 0 to 1.
        peak: The factor at its end.
    """
    stages = len(FACTORS) - 1
    place = max(progress - WARM_UP, 0.0) / (1 - WARM_UP) * stages
    stage = min(int(place), stages - 1)
    start, end = FACTORS[stage : stage + 2]
    return peak * (start + (end - start) * (1 - cos(pi * (place - stage))) / 2)


@contextmanager
def activation_penalty(network: nn.Module, peak: float) -> Iterator[Penalty]:
    """Watch the ReLUs of a network in training.

    Args:
        network: Of which the last batch is judged.
        peak: The factor at the end of the training.

    Yields:
        The penalty of the last batch, by how far training has come from 0 to 1.
    """
    norms: list[torch.Tensor] = []

    def note(relu: nn.Module, _: tuple[torch.Tensor, ...], given: torch.Tensor) -> None:
        if relu.training:  # a look at the validation crops is no batch
            values = given.float()
            norms.append(values.mean() / (values.square().mean() + TINY).sqrt())

    def penalty(progress: float) -> torch.Tensor:
        mean = torch.stack(norms).mean()
        norms.clear()
        return factor_at(progress, peak) * mean

    with _heard(network, note):
        yield penalty


def zero_share(network: nn.Module, pictures: torch.Tensor) -> float:
    """Share of the activations of all ReLUs that are zero, for ``[n, 1, side, side]`` pictures."""
    zero = count = 0

    def note(_: nn.Module, __: tuple[torch.Tensor, ...], given: torch.Tensor) -> None:
        nonlocal zero, count
        zero += int((given == 0).sum())
        count += given.numel()

    with _heard(network, note), torch.no_grad():
        network(pictures)
    return zero / count


@contextmanager
def _heard(network: nn.Module, note: Note) -> Iterator[None]:
    """Tell ``note`` what every ReLU of a network was given and gives."""
    relus = [module for module in network.modules() if isinstance(module, nn.ReLU)]
    hooks = [relu.register_forward_hook(note) for relu in relus]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
