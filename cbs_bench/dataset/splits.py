"""Which split a row belongs to.

The digest of the group's name decides, so that the split of a slip depends on nothing else:
neither on the order of the rows, nor on the machine, nor on which other slips there are.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cbs_bench.interfaces import Record

DOCUMENTS_NEEDED = 20
"""With fewer documents than this, a split by document would miss its 80/10/10 by far."""


SALT = 4
"""Chosen by the sizes it gives: with it even a corpus of 26 slips has all three splits."""


def share(name: str, seed: int = 0) -> float:
    """A number in [0, 1) that only ``name`` and ``seed`` decide."""
    digest = hashlib.sha256(f"{SALT + seed}\x1f{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@lru_cache(maxsize=64)  # rows of a slip follow each other
def split_of_name(name: str, seed: int = 0) -> str:
    """80 % ``train``, 10 % ``validation``, 10 % ``test``."""
    drawn = share(name, seed)
    return "train" if drawn < 0.8 else "validation" if drawn < 0.9 else "test"


def train_or_validation(name: str, seed: int = 0) -> str:
    """90 % ``train``, 10 % ``validation``, for a source that publishes its own test split."""
    return "train" if share(name, seed) < 0.9 else "validation"


def split_of(record: Record, *, by_document: bool, seed: int = 0) -> str:
    """The split of a record: the source's own where it has one, else that of its group.

    Args:
        record: The row.
        by_document: Whether whole documents stay together, not only slips.
        seed: Draws other splits.
    """
    if record.split is not None:
        return record.split
    return split_of_name(record.document if by_document else record.group, seed)
