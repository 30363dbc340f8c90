"""Models of one's own as bytes, for a tokenizer that leaves the folder they lie in."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
from functools import cache
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from cbs_bench.model_card import NETWORK, identity
from cbs_bench.tokenizer.model_pair import KINDS, SHIPPED, ModelPair


def packed(models: ModelPair) -> bytes:
    """A zip archive of those that are not the shipped ones; empty where both are.

    Equal models give equal bytes.

    Raises:
        ModelError: If one is not there any more.
    """
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for kind in KINDS:
            folder, shipped = getattr(models, kind), getattr(SHIPPED, kind)
            if folder == shipped or identity(folder) == identity(shipped):
                continue
            for name in ("model.json", NETWORK):
                # With the date that a ZipInfo has by default.
                archive.writestr(ZipInfo(f"{kind}/{name}"), (folder / name).read_bytes())
    return buffer.getvalue() if archive.namelist() else b""


@cache
def unpacked(data: bytes) -> ModelPair:
    """The inverse of :func:`packed`: models in a folder that lasts as long as this process."""
    if not data:
        return SHIPPED
    folder = Path(tempfile.mkdtemp(prefix="cbs_bench-models-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return ModelPair.in_folder(folder)
