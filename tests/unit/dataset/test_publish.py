"""Publishing, with a Hub that only takes notes."""

from typing import ClassVar

import huggingface_hub
import pytest
from given_rows import glyph
from huggingface_hub.errors import HTTPError

from cbs_bench.dataset import publish
from cbs_bench.errors import DataError, InputError


class Hub:
    calls: ClassVar[list[dict]] = []

    def create_repo(self, repo, **options):
        self.calls.append({"repo": repo, **options})
        return f"https://hub/datasets/{repo}"

    def upload_folder(self, **options):
        self.calls.append(options)


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    monkeypatch.setattr(Hub, "calls", [])
    return Hub


def test_only_the_files_of_the_dataset_go_up(build, hub):
    out = build([glyph(0)]).out
    assert publish.push(out, "me/slips") == "https://hub/datasets/me/slips"
    created, uploaded = hub.calls
    assert created["private"] is True
    assert set(uploaded["allow_patterns"]) == {
        str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()
    }


def test_a_damaged_dataset_stays_here(build, hub):
    out = build([glyph(0)]).out
    (out / "README.md").unlink()
    with pytest.raises(DataError, match=r"README\.md"):
        publish.push(out, "me/slips")
    assert hub.calls == []


@pytest.mark.parametrize("error", [OSError, HTTPError])
def test_a_refusal_is_one_line(build, hub, monkeypatch, error):
    def refuse(*_, **__):
        raise error("no network\nand more")

    monkeypatch.setattr(hub, "create_repo", refuse)
    with pytest.raises(InputError, match=r"no network\)") as caught:
        publish.push(build([glyph(0)]).out, "me/slips")
    assert "\n" not in str(caught.value)
