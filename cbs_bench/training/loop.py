"""One optimisation loop for both networks: schedule, averaging, early stopping, checkpoints."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch
from torch import nn

from cbs_bench.errors import InputError
from cbs_bench.training.batches import drawn
from cbs_bench.training.checkpoint import Checkpoint

WARM_UP = 0.05
AVERAGING = 0.998
SILENCE = 30
"""Seconds after which a line of progress is due."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn.

    Attributes:
        steps: Number of batches.
        learning_rate: Its peak; it rises for a twentieth of the steps and falls to zero.
        weight_decay: Of AdamW.
        save_every: Steps between checkpoints, and between looks at the validation data.
        patience: Looks without a gain before training stops early.
    """

    steps: int
    learning_rate: float
    weight_decay: float = 0.05
    save_every: int = 200
    patience: int = 12


@dataclass
class _State:
    """Where a run is; what a checkpoint holds beside the optimiser."""

    step: int = 0
    waited: int = 0
    best_score: float = -1.0
    best: dict[str, Any] = field(default_factory=dict)


def optimise(
    network: nn.Module,
    batch_of: Callable[[int], Any],
    loss_of: Callable[[Any], torch.Tensor],
    schedule: Schedule,
    *,
    checkpoint: Checkpoint,
    report: Callable[[str], None],
    score_of: Callable[[nn.Module], float] | None = None,
    penalty: Callable[[float], torch.Tensor] | None = None,
) -> None:
    """Train in place.

    The network ends as the moving average of its weights: at the end of the run, or where
    ``score_of`` was highest.

    Args:
        network: The network, on its device.
        batch_of: Draws the batch of a step, seeded by nothing but its number.
        loss_of: From one batch to its loss.
        schedule: Steps, learning rate, patience.
        checkpoint: Written now and then and at the end; where there is one, training goes on.
        report: Called with a line of progress now and then.
        score_of: Higher is better on data that is not trained on; stops a run that no longer
            gains.
        penalty: What is added to the loss of a batch just looked at, by how far training has
            come, from 0 to 1.

    Raises:
        InputError: If the checkpoint is of another run or broken, or the loss is no number any
            more.
    """
    optimizer = torch.optim.AdamW(
        network.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    average, state = copy.deepcopy(network), _State()
    stored = checkpoint.load()
    if stored is not None:
        network.load_state_dict(stored["network"])
        average.load_state_dict(stored["average"])
        optimizer.load_state_dict(stored["optimizer"])
        state = _State(**stored["state"])
        report(f"going on after step {state.step} of {checkpoint.path}")
    network.train()
    average.eval()
    began, running = time.perf_counter(), 0.0
    told = began
    with drawn(batch_of, range(state.step, schedule.steps)) as batches:
        while state.step < schedule.steps and state.waited < schedule.patience:
            for group in optimizer.param_groups:
                group["lr"] = schedule.learning_rate * _shape(state.step / schedule.steps)
            loss = loss_of(next(batches))
            if penalty is not None:
                loss = loss + penalty(state.step / schedule.steps)
            lost = loss.item()
            if not isfinite(lost):
                raise InputError(
                    f"the loss of step {state.step + 1} is {lost}",
                    remedy="give a lower learning_rate, or a larger side",
                )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            state.step += 1
            _follow(average, network, state.step)
            running = 0.98 * running + 0.02 * lost if running else lost
            line = f"step {state.step}/{schedule.steps} loss {running:.3f}"
            stop = state.step % schedule.save_every == 0 or state.step == schedule.steps
            if stop:
                if score_of is not None:
                    line += f" validation {_look(average, score_of, state):.4f}"
                checkpoint.save(
                    {
                        "network": network.state_dict(),
                        "average": average.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "state": vars(state),
                    }
                )
            now = time.perf_counter()
            if stop or now - told > SILENCE:
                told = now
                report(f"{line} {now - began:.0f} s")
    network.load_state_dict(state.best or average.state_dict())
    network.eval()


def device() -> torch.device:
    """CUDA where there is one, the CPU otherwise."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision() -> AbstractContextManager[Any]:
    """bfloat16 where the device multiplies it: CUDA, or a CPU with AMX or AVX-512 BF16.

    On other CPUs small networks are slower in it than in float32.
    """
    place, cpu = device().type, torch.cpu.get_capabilities()
    multiplied = place == "cuda" or any(cpu.get(way) for way in ("amx_bf16", "avx512_bf16"))
    context: AbstractContextManager[Any] = torch.autocast(place, torch.bfloat16, enabled=multiplied)
    return context


def _shape(progress: float) -> float:
    """A short rise and a linear fall."""
    return min(progress / WARM_UP + 0.02, (1 - progress) / (1 - WARM_UP), 1.0)


def _follow(average: nn.Module, network: nn.Module, step: int) -> None:
    """Moving average of the weights; it forgets the first ones faster."""
    kept = min(AVERAGING, step / (step + 10))
    # A state dict is detached, so that nothing here enters the gradient.
    pairs = zip(average.state_dict().values(), network.state_dict().values(), strict=True)
    for mean, now in pairs:
        if mean.is_floating_point():
            mean.lerp_(now, 1 - kept)
        else:
            mean.copy_(now)


def _look(average: nn.Module, score_of: Callable[[nn.Module], float], state: _State) -> float:
    score = score_of(average)
    state.waited += 1
    if score > state.best_score:
        state.best_score, state.waited = score, 0
        state.best = copy.deepcopy(average.state_dict())
    return score
