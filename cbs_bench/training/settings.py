"""What a config file and the command line decide about a training run."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from pathlib import Path

BOUNDS: dict[str, tuple[float, float]] = {
    "frequent": (0, inf),
    "pretrain_steps": (0, inf),
    "steps": (0, inf),
    "batch": (2, inf),  # a network normalises by the spread of a batch
    "learning_rate": (1e-7, 1),
    "patience": (1, inf),
    "side": (32, 512),  # at 16 bfloat16 lost the weights: most feature maps are of one pixel
    "width": (4, 256),
    "stem_stride": (1, 2),
    "mixup": (0, 1),
    "margin": (0, 1),
    "sparsity": (0, inf),
    "rendered": (0, inf),
    "composed": (0, inf),
    "size": (1, inf),
    "min_count": (1, inf),
    "seed": (0, 2**32 - 1),
}
"""The least and the greatest value of each setting that is a number, whichever model it is of."""


@dataclass(frozen=True)
class RecognizerSettings:
    """What can be set.

    Attributes:
        data: Built datasets with a ``glyphs`` config.
        out: The model folder.
        fonts: Font files or folders to pretrain on; none skips the pretraining.
        classes_from: Built datasets whose graphs become classes, but whose crops are not used.
        label_counts: Label counts of a corpus whose frequent graphs become classes too.
        frequent: How many of them.
        pretrain_steps: Batches of rendered graphs.
        steps: Batches of real crops mixed with rendered ones.
        batch: Pictures in a batch.
        learning_rate: Its peak over the real crops.
        patience: Looks at the validation crops without a gain before training stops.
        side: Height and width of the network's input in pixels.
        trim: Whether even margins are cut off first, as line drawings on a blank ground need.
        width: Channels of the first layer; the others follow.
        stem_stride: 2 halves the resolution at once, which is four times as fast.
        variation: How real crops are varied: ``photograph``, ``photograph_narrow``, which learns
            faster and knows other hands less, or ``drawing``.
        mirrored: Whether a graph and its mirror image are the same, as on oracle bones: training
            crops are mirrored at random, and a crop is read both ways.
        mixup: Share of the batches whose pictures are blended in pairs.
        margin: By how much the right graph's cosine must win (CosFace).
        sparsity: Factor, at the end of the training, of the penalty on activations that are not
            zero (ProSparse).
        seed: Seeds weights, pictures and order.
        command: The command line, for ``model.json``.
    """

    data: list[Path]
    out: Path
    fonts: list[Path] = field(default_factory=list)
    classes_from: list[Path] = field(default_factory=list)
    label_counts: Path | None = None
    frequent: int = 1500
    pretrain_steps: int = 4000
    steps: int = 900
    batch: int = 128
    learning_rate: float = 8e-4
    patience: int = 12
    side: int = 80
    trim: bool = False
    width: int = 32
    stem_stride: int = 2
    variation: str = "photograph"
    mirrored: bool = False
    mixup: float = 0.0
    margin: float = 0.0
    sparsity: float = 0.0
    seed: int = 0
    command: str = ""


@dataclass(frozen=True)
class DetectorSettings:
    """What can be set.

    Attributes:
        data: Built datasets: their ``slips`` as they are, their ``glyphs`` put together.
        out: The model folder.
        evaluate: Built datasets whose slips are measured at the end and used for nothing else.
        fonts: Font files or folders to render slips with.
        label_counts: Label counts of a corpus whose frequent graphs are written on them.
        rendered: How many slips to render.
        composed: How many slips to put together from real crops.
        steps: Batches.
        batch: Pieces of slips in a batch.
        seed: Seeds weights, slips and order.
        command: The command line, for ``model.json``.
    """

    data: list[Path]
    out: Path
    evaluate: list[Path] = field(default_factory=list)
    fonts: list[Path] = field(default_factory=list)
    label_counts: Path | None = None
    rendered: int = 600
    composed: int = 600
    steps: int = 1500
    batch: int = 32
    seed: int = 0
    command: str = ""


@dataclass(frozen=True)
class VectorSettings:
    """What can be set.

    Attributes:
        data: Built datasets with a ``texts`` or a ``pos`` config; their training splits are read.
        out: The model folder.
        exclude: Built datasets with a ``pos`` config: a text that holds a sentence of their
            test splits is left out.
        label_counts: Label counts of a corpus; with them every text is read once more as slips
            would spell it, so that graphs without a code point get vectors too.
        size: Numbers in a vector.
        min_count: A glyph written less often gets no vector.
        seed: Seeds the spelling and the decomposition.
        command: The command line, for ``model.json``.
    """

    data: list[Path]
    out: Path
    exclude: list[Path] = field(default_factory=list)
    label_counts: Path | None = None
    size: int = 64
    min_count: int = 5
    seed: int = 0
    command: str = ""
