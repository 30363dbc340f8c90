"""Formats of annotations that are told by their structure and not read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from cbs_bench.dataset.safe_xml import local_name

VIA, LABEL_STUDIO, CVAT, PASCAL_VOC = "VIA", "Label Studio", "CVAT", "Pascal VOC"
READINGS = b'{"scan": "'
"""How a line of ``cbs-bench tokenize --format jsonl`` begins."""


def of_json(content: Any) -> str:
    """Whose JSON it is; empty for any other."""
    if isinstance(content, Mapping):
        images = content.get("_via_img_metadata", content)
        first = next(iter(images.values()), None) if isinstance(images, Mapping) else None
        return VIA if _has(first, "filename", "regions") else ""
    first = next(iter(content), None) if isinstance(content, list) else None
    whole, brief = _has(first, "annotations", "data"), _has(first, "id", "image", "annotator")
    return LABEL_STUDIO if whole or brief else ""


def of_xml(root: Element) -> str:
    """Whose XML it is; empty for any other."""
    inside = {local_name(child) for child in root}
    if local_name(root) == "annotations" and "image" in inside:
        return CVAT
    return PASCAL_VOC if local_name(root) == "annotation" and "object" in inside else ""


def of_csv(path: Path) -> str:
    """Whose table it is; empty for any other."""
    with path.open("rb") as file:
        return VIA if file.readline(999).startswith(b"filename,file_size,file_attributes") else ""


def is_reading(path: Path) -> bool:
    """Whether a file is what ``cbs-bench tokenize`` wrote as JSON lines or TEI."""
    with path.open("rb") as file:
        head = file.read(2048)
    return head.startswith(READINGS) or (b"<TEI" in head and b'ident="cbs-bench"' in head)


def _has(value: Any, *keys: str) -> bool:
    return isinstance(value, Mapping) and value.keys() >= set(keys)
