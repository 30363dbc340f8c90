from __future__ import annotations

import pytest

from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions


@pytest.fixture(scope="session")
def mini(tmp_path_factory):
    """The embedded corpus, built."""
    folder = tmp_path_factory.mktemp("built") / "mini"
    writer.build("mini", raw=None, out=folder, options=BuildOptions())
    return folder
