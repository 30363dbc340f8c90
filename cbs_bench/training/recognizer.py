"""Trains the recogniser: first on rendered graphs, then on real crops."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cbs_bench.dataset.gold import CORRECT, PREDICTED
from cbs_bench.errors import InputError
from cbs_bench.rendering.fonts import find_fonts
from cbs_bench.training.checkpoint import Checkpoint
from cbs_bench.training.classes import Classes, choose_classes
from cbs_bench.training.crops import Crop, VariedCrops, left_out, read_crops
from cbs_bench.training.loop import Schedule, device, optimise
from cbs_bench.training.losses import GlyphLoss
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.prototypes import FixedPrototypes
from cbs_bench.training.recognizer_card import finish
from cbs_bench.training.record import digest, font_digest, numbers_of, refuse_other_kind
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.training.sparsity import activation_penalty
from cbs_bench.training.synthetic import Batch, RenderedGlyphs
from cbs_bench.training.unseen import place_unseen
from cbs_bench.training.variation import VARIATIONS
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.recognizer import KIND

PRETRAINED_BY = (
    "pretrain_steps", "batch", "side", "trim", "width", "stem_stride", "mirrored", "seed"
)  # fmt: skip
"""Settings that decide what is learned before the first real crop."""

PRETRAINED = Path("checkpoints", "pretrained.pt")
"""In the model folder: what was learned before the first real crop."""


def train(settings: RecognizerSettings, report: Callable[[str], None]) -> None:
    """Train, calibrate, export and score a recogniser.

    Raises:
        InputError: If there is nothing to train on, no font draws a graph, the variation is
            unknown, or the folder of the model holds one of another kind.
    """
    refuse_other_kind(settings.out, KIND)
    crops = read_crops(settings.data)
    learn(crops, classes_of(crops, settings), settings, report)


def classes_of(crops: Sequence[Crop], settings: RecognizerSettings) -> Classes:
    """The classes of a run.

    They may name graphs of every split, as any published vocabulary would; no picture of another
    split than that for training is looked at.
    """
    named = read_crops(settings.classes_from)
    graphs = (crop.graph for crop in [*crops, *named])
    return choose_classes(graphs, settings.label_counts, settings.frequent)


def learn(
    crops: Sequence[Crop],
    classes: Classes,
    settings: RecognizerSettings,
    report: Callable[[str], None],
) -> None:
    """Fit, calibrate, export and score a recogniser.

    Raises:
        InputError: As :func:`fit`.
    """
    finish(fit(crops, classes, settings, report), classes, crops, settings, report)


def fit(
    crops: Sequence[Crop],
    classes: Classes,
    settings: RecognizerSettings,
    report: Callable[[str], None],
) -> GlyphNetwork:
    """A network trained on the training crops, and on rendered ones where there are fonts.

    Training stops early where there are validation crops that say so.

    Raises:
        InputError: If there is nothing to train on, no font draws a graph, or the variation is
            unknown.
    """
    if settings.variation not in VARIATIONS:
        raise InputError(
            f"no variation {settings.variation!r}", remedy=f"one of: {', '.join(VARIATIONS)}"
        )
    training = sum(crop.split == "train" for crop in crops)
    report(f"{len(classes.graphs)} graphs, {len(classes.components)} components, "
           f"{training} training crops")  # fmt: skip
    if not training and not settings.fonts:
        unfit = left_out(settings.data)
        remedy = "give --data with labelled training crops, or --fonts"
        raise InputError(
            f"nothing to train on{f' (crops left out: {unfit})' if unfit else ''}",
            path=", ".join(map(str, settings.data)) or None,
            remedy=f"{CORRECT}, or {remedy}" if PREDICTED in unfit else remedy,
        )
    if training:
        passes = settings.steps * _real_crops(settings) / training
        report(f"{settings.steps} steps: {passes:.1f} passes over the training crops")
    torch.manual_seed(settings.seed)
    network = GlyphNetwork(
        classes.decompositions, len(classes.components), settings.width, settings.stem_stride,
        mirrored=settings.mirrored,
    )  # fmt: skip
    network.to(device(), memory_format=torch.channels_last)
    pictures = _pretrain(network, classes, settings, report) if settings.fonts else None
    if training:
        _tune(network, classes, crops, pictures, settings, report)
    _fix_prototypes(network, pictures, classes, crops, settings)
    return network


def _fix_prototypes(
    network: GlyphNetwork,
    pictures: RenderedGlyphs | None,
    classes: Classes,
    crops: Sequence[Crop],
    settings: RecognizerSettings,
) -> None:
    """End the learning of prototypes; graphs that no crop shows look like rendered ones."""
    train = [crop for crop in crops if crop.split == "train"]
    if pictures is not None and train:
        number = {graph: index for index, graph in enumerate(classes.graphs)}
        labels = [number[crop.graph] for crop in train]
        place_unseen(network, pictures, train, labels, Frame(settings.side, settings.trim))
    else:
        network.prototypes = FixedPrototypes(network.prototypes())


def _pretrain(
    network: GlyphNetwork,
    classes: Classes,
    settings: RecognizerSettings,
    report: Callable[[str], None],
) -> RenderedGlyphs:
    frame = Frame(settings.side, settings.trim)
    pictures = RenderedGlyphs(classes.graphs, find_fonts(settings.fonts), frame, settings.seed)
    if not len(pictures.drawable):
        raise InputError(
            f"no font draws any of the {len(classes.graphs)} graphs",
            remedy="give fonts of the script, or leave out --fonts",
        )
    report(f"rendering {len(pictures.drawable)} graphs")
    optimise(
        network,
        lambda step: pictures.batch(settings.batch, step),
        GlyphLoss(network, classes),
        Schedule(settings.pretrain_steps, 2e-3),
        # What is learned from real crops may be tried in many ways after it.
        checkpoint=Checkpoint(
            settings.out / PRETRAINED,
            {
                **{name: getattr(settings, name) for name in PRETRAINED_BY},
                "classes": digest(classes),
                "fonts": font_digest(settings.fonts),
            },
        ),
        report=report,
    )
    return pictures


def _tune(
    network: GlyphNetwork,
    classes: Classes,
    crops: Sequence[Crop],
    pictures: RenderedGlyphs | None,
    settings: RecognizerSettings,
    report: Callable[[str], None],
) -> None:
    number = {graph: index for index, graph in enumerate(classes.graphs)}
    frame = Frame(settings.side, settings.trim)
    split = {name: [c for c in crops if c.split == name] for name in ("train", "validation")}
    labels = {name: [number[crop.graph] for crop in rows] for name, rows in split.items()}

    varied = VariedCrops(
        split["train"], labels["train"], frame, settings.variation, settings.seed,
        mirrored=settings.mirrored,
    )  # fmt: skip
    real = _real_crops(settings)

    def batch_of(step: int) -> Batch:
        batch = varied.batch(real, step)
        if pictures is None:
            return batch
        rendered = pictures.batch(settings.batch - real, step)
        return np.concatenate([batch[0], rendered[0]]), np.concatenate([batch[1], rendered[1]])

    validation = np.array([frame.prepare(crop.pixels) for crop in split["validation"]])
    sparsity = settings.sparsity
    with activation_penalty(network, sparsity) if sparsity else nullcontext() as penalty:
        optimise(
            network,
            batch_of,
            GlyphLoss(network, classes, mixup=settings.mixup, margin=settings.margin),
            Schedule(settings.steps, settings.learning_rate, patience=settings.patience),
            checkpoint=Checkpoint(
                settings.out / "checkpoints" / "tuned.pt",
                {
                    **numbers_of(settings),
                    "classes": digest(classes),
                    "fonts": font_digest(settings.fonts),
                    "data": digest(
                        [(c.id, c.split, c.graph, zlib.crc32(c.pixels.tobytes())) for c in crops]
                    ),
                },
            ),
            report=report,
            score_of=accuracy_on(validation, labels["validation"]) if len(validation) else None,
            penalty=penalty,
        )


def _real_crops(settings: RecognizerSettings) -> int:
    """In a batch; where pictures are rendered, a quarter is, so that unseen graphs stay known."""
    return settings.batch * 3 // 4 if settings.fonts else settings.batch


def accuracy_on(
    pictures: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Sequence[int]
) -> Callable[[nn.Module], float]:
    """Top-1 accuracy on prepared pictures ``[n, side, side]``."""
    parts = torch.from_numpy(pictures)[:, None].split(256)
    truth = torch.tensor(labels)

    def accuracy(network: nn.Module) -> float:
        with torch.no_grad():
            found = [network(part.to(device()))[0].argmax(dim=1).cpu() for part in parts]
        return float((torch.cat(found) == truth).float().mean())

    return accuracy
