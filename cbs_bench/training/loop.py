"""One optimisation loop for both networks: schedule, precision, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

WARM_UP = 0.05


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        steps: Number of batches.
        learning_rate: Its peak; it rises for a twentieth of the steps and falls to zero.
        weight_decay: Of AdamW.
    """

    steps: int
    learning_rate: float
    weight_decay: float = 0.05


def optimise(
    network: nn.Module,
    batches: Iterator[Any],
    loss_of: Callable[[Any], torch.Tensor],
    schedule: Schedule,
    *,
    checkpoint: Path,
    report: Callable[[str], None],
    save_every: int = 200,
) -> None:
    """Train in place, going on from ``checkpoint`` if it is there.

    Args:
        network: The network, on its device.
        batches: Endless batches.
        loss_of: From one batch to its loss.
        schedule: Steps and learning rate.
        checkpoint: Written every ``save_every`` steps and at the end.
        report: Called with a line of progress now and then.
        save_every: Steps between checkpoints.
    """
    optimizer = torch.optim.AdamW(
        network.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    first = 0
    if checkpoint.is_file():
        stored = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(stored["network"])
        optimizer.load_state_dict(stored["optimizer"])
        first = stored["step"]
    network.train()
    began, running = time.perf_counter(), 0.0
    for step in range(first, schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * _shape(step / schedule.steps)
        loss = loss_of(next(batches))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        running = loss.item() if step == first else 0.98 * running + 0.02 * loss.item()
        if (step + 1) % save_every == 0 or step + 1 == schedule.steps:
            _save(checkpoint, network, optimizer, step + 1)
            seconds = time.perf_counter() - began
            report(f"step {step + 1}/{schedule.steps} loss {running:.3f} {seconds:.0f} s")
    network.eval()


def device() -> torch.device:
    """CUDA where there is one, the CPU otherwise."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _shape(progress: float) -> float:
    """A short rise and a linear fall."""
    return min(progress / WARM_UP + 0.02, (1 - progress) / (1 - WARM_UP), 1.0)


def _save(path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, step: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(state, partial)
    partial.replace(path)
