"""Any script whose glyph images lie in one folder a class, such as IsOBS or HUST-OBC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from cbs_bench.dataset import rows
from cbs_bench.dataset.duplicates import NearDuplicates
from cbs_bench.dataset.images import UNREADABLE, BadRowError, encoded
from cbs_bench.dataset.names import unique_names
from cbs_bench.dataset.splits import share
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.script.labels import parse
from cbs_bench.walk import IMAGE_SUFFIXES

LAYOUT = "a folder or zip archive with images as <class>/<name>.png"


class GlyphFolders(CorpusBuilder):
    """Takes the name of each image's folder as its label.

    A folder above the classes (``train/0012/a.png``) becomes the document. Where a class is
    named by a number or a word, that name is the graph and the status is ``unencoded``; see
    :mod:`cbs_bench.script.class_names`. Names that mean something else in the notation of CHUBS,
    such as ``K`` or ``None``, are no classes; the summary of the build tells them.
    """

    info = CorpusInfo(
        title="Glyph images in class folders",
        summary="Images of single glyphs, labelled by the folder they lie in.",
        licence="unknown",
        citation="Cite the source of the images.",
        homepage="the folder given as --raw",
        limits=(
            "What the class names mean is up to the source of the images.",
            "Folders named as CHUBS marks what is no text (K, L, None, △), or with a sign "
            "of its notation such as = or [, are no classes: rename them.",
            "Nothing says which images come from one object, so that splits cannot keep "
            "objects together; `cbs-bench audit` looks for near-duplicates.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``glyphs`` in order of file name; see the base class."""
        raw = rows.need(raw, LAYOUT, packed=True)
        lookup = rows.component_lookup(self.options)
        images = {
            path: image
            for name, image in rows.members(raw, LAYOUT)
            if (path := PurePosixPath(name)).suffix.lower() in IMAGE_SUFFIXES
        }
        splits, names = _splits(images, self.options.seed), unique_names(images)
        positions: dict[PurePosixPath, int] = {}
        for path, image in images.items():
            if not path.parent.name:
                yield Rejection(str(path), "no folder names the class")
                continue
            positions[path.parent] = positions.get(path.parent, 0) + 1
            row = _row(names[path], path, image, positions[path.parent], lookup)
            yield Record("glyphs", row, str(path), str(path), row["document"], splits[path])
        if not positions:
            raise InputError("no image in a class folder here", path=raw, remedy=f"--raw {LAYOUT}")

    def documents(self, raw: Path | None) -> Iterator[str]:
        """None: the split of every image is fixed."""
        return iter(())


def _splits(images: Mapping[PurePosixPath, ImageRef], seed: int) -> dict[PurePosixPath, str]:
    """The split of each image, drawn class by class.

    About 80, 10 and 10 % of a class, but one test image where there are three and one
    validation image where there are four, so that small classes are measured as well. The same
    data and seed give the same splits; images added to a class may move others of that class.

    Images that are the same to ``cbs-bench audit`` stay together. Where they lie under several
    labels all are for training, since no answer to them would be right.
    """
    classes: dict[str, list[list[PurePosixPath]]] = defaultdict(list)
    split = dict.fromkeys(images, "train")
    for paths in _same(images):
        labels = {path.parent.name for path in paths}
        if len(labels) == 1:
            classes[labels.pop()].append(sorted(paths))
    for groups in classes.values():
        groups.sort(key=lambda paths: share(paths[0].as_posix(), seed))
        tenth = max(round(len(groups) / 10), 1)
        test = tenth if len(groups) >= 3 else 0
        validation = tenth if len(groups) >= 4 else 0
        for index, paths in enumerate(groups[: test + validation]):
            split |= dict.fromkeys(paths, "test" if index < test else "validation")
    return split


def _same(images: Mapping[PurePosixPath, ImageRef]) -> list[list[PurePosixPath]]:
    """All images, those that are the same in one group."""
    seen = NearDuplicates()
    for path, image in images.items():
        # What cannot be read is rejected by the writer, which says why.
        with suppress(BadRowError, DataError, *UNREADABLE):
            seen.add(path.as_posix(), "", encoded(image))
    groups = [[PurePosixPath(name) for name in names] for names in seen.groups()]
    grouped = {path for paths in groups for path in paths}
    return groups + [[path] for path in images if path not in grouped]


def _row(
    name: str, path: PurePosixPath, image: ImageRef, position: int, lookup: rows.Lookup
) -> dict[str, Any]:
    return {
        "id": name,
        "image": image,
        **rows.label_columns(parse(path.parent.name), lookup),
        "source": "",
        "document": path.parent.parent.name,
        "slip": "",
        "position": position,
    }
