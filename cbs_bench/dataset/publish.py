"""``cbs-bench build --push``: puts a dataset on the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path

from cbs_bench.dataset import extras, reader
from cbs_bench.dataset.audit import audit
from cbs_bench.errors import DataError, InputError


def push(folder: Path, repo: str) -> str:
    """Upload a dataset that passes its audit, in one commit.

    The user's own login (``hf auth login``) is used; files of an earlier version are removed.

    Args:
        folder: A dataset.
        repo: ``owner/name`` on the Hub; created, private, if there is none.

    Returns:
        The address of the dataset.

    Raises:
        InputError: If ``folder`` is no dataset, or the Hub cannot be reached or refuses.
        DataError: If the audit finds a fault.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, HTTPError

    faults = audit(folder).faults
    if faults:
        raise DataError(faults[0], path=folder, remedy="`cbs-bench audit` names every fault")
    beside = ["README.md", reader.MANIFEST, "rejected.jsonl", *extras.FILES]
    files = [*beside, *reader.manifest(folder)["files"]]
    api = HfApi()
    try:
        # Private: whether raw data may be passed on is for the user to decide, not a default.
        address = api.create_repo(repo, repo_type="dataset", private=True, exist_ok=True)
        api.upload_folder(
            folder_path=folder,
            repo_id=repo,
            repo_type="dataset",
            allow_patterns=files,
            delete_patterns=["*/*.parquet"],
            commit_message=f"cbs-bench {reader.fingerprint(folder)[:12]}",
        )
    except (HTTPError, HFValidationError, OSError, ValueError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"the Hub did not take it ({first_line})",
            path=repo,
            remedy="check the name, the network and `hf auth whoami`",
        ) from error
    return str(address)
