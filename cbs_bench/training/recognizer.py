"""Trains the recogniser: first on rendered graphs, then on real crops."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn import functional as F

from cbs_bench.errors import InputError
from cbs_bench.rendering.fonts import find_fonts
from cbs_bench.training.classes import Classes, choose_classes
from cbs_bench.training.crops import augmented_batches, read_crops
from cbs_bench.training.loop import Schedule, device, optimise
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.recognizer_card import finish
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.training.synthetic import Batch, RenderedGlyphs
from cbs_bench.vision.recognizer import incidence

COMPONENT_WEIGHT = 2.0


def train(settings: RecognizerSettings, report: Callable[[str], None]) -> None:
    """Train, calibrate, export and score a recogniser.

    Raises:
        InputError: If there is nothing to train on.
    """
    torch.manual_seed(settings.seed)
    crops = read_crops(settings.data)
    named = read_crops(settings.classes_from)
    # The list of classes may name graphs of every split, as any published vocabulary would;
    # no picture of another split is looked at.
    classes = choose_classes(
        (crop.graph for crop in [*crops, *named]), settings.label_counts, settings.frequent
    )
    number = {graph: index for index, graph in enumerate(classes.graphs)}
    training = [crop for crop in crops if crop.split == "train"]
    report(f"{len(classes.graphs)} graphs, {len(classes.components)} components, "
           f"{len(training)} training crops")  # fmt: skip
    if not training and not settings.fonts:
        raise InputError("nothing to train on", remedy="give --data with crops, or --fonts")
    network = GlyphNetwork(len(classes.graphs), len(classes.components)).to(
        device(), memory_format=torch.channels_last
    )
    loss = _Loss(network, classes)
    checkpoints = settings.out / "checkpoints"
    rendered: Iterator[Batch] | None = None
    if settings.fonts:
        pictures = RenderedGlyphs(classes.graphs, find_fonts(settings.fonts), settings.seed)
        rendered = pictures.batches(settings.batch)
        report(f"rendering {len(pictures.drawable)} graphs")
        optimise(
            network, rendered, loss, Schedule(settings.pretrain_steps, 2e-3),
            checkpoint=checkpoints / "pretrained.pt", report=report,
        )  # fmt: skip
    if training:
        labels = [number[crop.graph] for crop in training]
        real = augmented_batches(training, labels, settings.batch, settings.seed)
        optimise(
            network, _mixed(real, rendered), loss, Schedule(settings.steps, 8e-4),
            checkpoint=checkpoints / "tuned.pt", report=report,
        )  # fmt: skip
    finish(network, classes, crops, settings, report)


class _Loss:
    """Cross entropy over graphs plus binary cross entropy over their components."""

    def __init__(self, network: GlyphNetwork, classes: Classes) -> None:
        self._network = network
        table = incidence(classes.decompositions, classes.components)
        self._targets = torch.from_numpy(table).to(device())
        # Components are rare, so a miss weighs more than a false alarm.
        self._weight = torch.full((len(classes.components),), 8.0, device=device())

    def __call__(self, batch: Batch) -> torch.Tensor:
        place = device()
        pictures = torch.from_numpy(batch[0]).to(place, memory_format=torch.channels_last)
        labels = torch.from_numpy(batch[1]).to(place)
        with torch.autocast(place.type, torch.bfloat16):
            graphs, components = self._network(pictures)
        by_component = F.binary_cross_entropy_with_logits(
            components.float(), self._targets[labels], pos_weight=self._weight
        )
        by_graph = F.cross_entropy(graphs.float(), labels, label_smoothing=0.05)
        return by_graph + COMPONENT_WEIGHT * by_component


def _mixed(real: Iterator[Batch], rendered: Iterator[Batch] | None) -> Iterator[Batch]:
    """Three quarters real, one quarter rendered, so that unseen graphs are not forgotten."""
    for pictures, labels in real:
        if rendered is None:
            yield pictures, labels
            continue
        kept = len(labels) * 3 // 4
        more, more_labels = next(rendered)
        yield (
            np.concatenate([pictures[:kept], more[kept:]]),
            np.concatenate([labels[:kept], more_labels[kept:]]),
        )
