"""Any script whose glyph images lie in one folder a class, such as IsOBS or HUST-OBC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from cbs_bench.dataset import rows
from cbs_bench.dataset.splits import share
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.script.labels import parse, split_glyphs

LAYOUT = "a folder or zip archive with images as <class>/<name>.png"
SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


class GlyphFolders(CorpusBuilder):
    """Takes the name of each image's folder as its label.

    A folder above the classes (``train/0012/a.png``) becomes the document. Where a class is
    named by a number or a word, that name is the graph and the status is ``unencoded``.
    """

    info = CorpusInfo(
        title="Glyph images in class folders",
        summary="Images of single glyphs, labelled by the folder they lie in.",
        licence="unknown",
        citation="Cite the source of the images.",
        homepage="the folder given as --raw",
        limits=(
            "What the class names mean is up to the source of the images.",
            "Nothing says which images come from one object, so that splits cannot keep "
            "objects together; `cbs-bench audit` looks for near-duplicates.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``glyphs`` in order of file name; see the base class."""
        raw = rows.need(raw, LAYOUT)
        lookup = rows.component_lookup(self.options)
        splits = _splits(
            (PurePosixPath(name) for name, _ in rows.members(raw, LAYOUT)), self.options.seed
        )
        positions: dict[PurePosixPath, int] = {}
        for name, image in rows.members(raw, LAYOUT):
            path = PurePosixPath(name)
            if not _is_image(path):
                continue
            if not path.parent.name:
                yield Rejection(name, "no folder names the class")
                continue
            positions[path.parent] = positions.get(path.parent, 0) + 1
            yield _record(path, image, positions[path.parent], lookup, splits[path])
        if not positions:
            raise InputError("no image in a class folder here", path=raw, remedy=f"--raw {LAYOUT}")


def _is_hidden(path: PurePosixPath) -> bool:
    """What macOS and editors leave beside the data."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _is_image(path: PurePosixPath) -> bool:
    return path.suffix.lower() in SUFFIXES and not _is_hidden(path)


def _splits(paths: Iterable[PurePosixPath], seed: int) -> dict[PurePosixPath, str]:
    """The split of each image, drawn class by class.

    About 80, 10 and 10 % of a class, but one test image where there are three and one
    validation image where there are four, so that small classes are measured as well.
    """
    classes: dict[str, list[PurePosixPath]] = defaultdict(list)
    for path in filter(_is_image, paths):
        classes[path.parent.name].append(path)
    split: dict[PurePosixPath, str] = {}
    for images in classes.values():
        images.sort(key=lambda path: share(path.as_posix(), seed))
        tenth = max(round(len(images) / 10), 1)
        test = tenth if len(images) >= 3 else 0
        validation = tenth if len(images) >= 4 else 0
        for index, path in enumerate(images):
            split[path] = (
                "test" if index < test else "validation" if index < test + validation else "train"
            )
    return split


def _record(
    path: PurePosixPath, image: ImageRef, position: int, lookup: rows.Lookup, split: str
) -> Record:
    label = parse(path.parent.name)
    # `0012` and `horse` are names of classes and not themselves written with a code point.
    encoded = label.encoded and not label.graph.isascii() and len(split_glyphs(label.graph)) == 1
    status = "unencoded" if label.encoded and not encoded else label.status.value
    document = path.parent.parent.name
    row = {
        "id": path.with_suffix("").as_posix().replace("/", "_"),
        "image": image,
        "label": label.raw,
        "graph": label.graph,
        "reading": label.reading,
        "components": list(rows.parts(label, lookup)) if status != "unencoded" else [],
        "encoded": encoded,
        "status": status,
        "source": "",
        "document": document,
        "slip": "",
        "position": position,
    }
    return Record("glyphs", row, str(path), str(path), document, split)
