"""Raw data straight from the Hugging Face Hub, by name."""

from __future__ import annotations

import re
from pathlib import Path

from cbs_bench.errors import InputError

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def fetch(raw: Path | None) -> Path | None:
    """A local copy of the dataset repository that ``raw`` names, or ``raw`` as it is.

    Args:
        raw: A path, or ``owner/name`` where no such path exists. The copy lies in the cache of
            ``huggingface_hub`` and is loaded once.

    Raises:
        InputError: If the repository cannot be loaded.
    """
    if raw is None or raw.exists() or not _REPOSITORY.fullmatch(raw.as_posix()):
        return raw
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, HTTPError

    try:
        return Path(snapshot_download(raw.as_posix(), repo_type="dataset"))
    except (HTTPError, HFValidationError, OSError, ValueError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"no such file or folder, and the Hub does not give it ({reason})",
            path=raw,
            remedy="check the path, or the name and the network",
        ) from error
