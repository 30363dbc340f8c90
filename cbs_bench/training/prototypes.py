"""What a graph looks like to the network: the direction of its features.

A direction is composed of its components, first, inner or last, so that graphs which no crop
shows get one from graphs that crops do show, plus what is the graph's own. The own part is left
out for half of the graphs in training, so that the components learn to do without it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

OWN_DROPPED = 0.5
"""Share of the graphs whose own part is left out."""

PLACES = 3
"""Where a component stands, by :func:`_place`."""


class ComposedPrototypes(nn.Module):
    """A direction for each graph, from its ordered components and its own.

    Args:
        decompositions: Components of each graph in writing order; empty where none are known.
        size: Numbers in a direction.
    """

    def __init__(self, decompositions: Sequence[Sequence[str]], size: int) -> None:
        super().__init__()
        inventory = sorted({part for parts in decompositions for part in parts})
        number = {part: index for index, part in enumerate(inventory)}
        written = [
            (graph, number[part], _place(index, len(parts)))
            for graph, parts in enumerate(decompositions)
            for index, part in enumerate(parts)
        ]
        graphs, components, places = torch.tensor(written, dtype=torch.long).reshape(-1, 3).T
        composed = torch.zeros(len(decompositions), 1)
        composed[graphs] = 1.0
        self.register_buffer("_graphs", graphs, persistent=False)
        self.register_buffer("_components", components, persistent=False)
        self.register_buffer("_placed", components * PLACES + places, persistent=False)
        self.register_buffer("_composed", composed, persistent=False)
        # A graph without components has but its own part, which then starts at full length.
        own = torch.randn(len(decompositions), size) * 0.05
        self.own = nn.Parameter(own * (1 - 0.8 * composed))
        self.parts = nn.Parameter(torch.randn(len(inventory), size) * 0.05)
        self.placed_parts = nn.Parameter(torch.randn(len(inventory) * PLACES, size) * 0.05)

    def forward(self) -> torch.Tensor:
        """``[graphs, size]``."""
        own = self.own
        if self.training:
            dropped = (torch.rand_like(own[:, :1]) < OWN_DROPPED) & (self._composed > 0)
            own = own.masked_fill(dropped, 0.0)
        parts = self.parts[self._components] + self.placed_parts[self._placed]
        return own.index_add(0, self._graphs, parts.to(own.dtype))


class FixedPrototypes(nn.Module):
    """Directions that are learned no more."""

    def __init__(self, directions: torch.Tensor) -> None:
        super().__init__()
        self.directions = nn.Parameter(directions.detach(), requires_grad=False)

    def forward(self) -> torch.Tensor:
        """``[graphs, size]``."""
        return self.directions


def _place(index: int, length: int) -> int:
    """0 first, 1 inner, 2 last."""
    if index == 0:
        return 0
    return 2 if index == length - 1 else 1
