"""What tests of every package share."""

import json
import os
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from cbs_bench.dataset import writer
from cbs_bench.dataset.batches import Batch, finish_batch, read_images
from cbs_bench.dataset.schema import arrow_schema
from cbs_bench.export.folder import XmlFolder
from cbs_bench.export.scan_reading import ScanReading
from cbs_bench.interfaces import BuildOptions, Record, Rejection
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.types import Box, Glyph

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items):
    """Tests of a tokenizer whose package is not installed are skipped, saying so."""
    if find_spec("sentencepiece"):
        return
    skip = pytest.mark.skip(reason="no sentencepiece here: pip install 'cbs-bench[peers]'")
    for item in items:
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if any(isinstance(param, str) and param == "sentencepiece" for param in params):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, which is no part of the repository."""
    given = os.environ.get("CBS_BENCH_REAL_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set CBS_BENCH_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def mini(tmp_path_factory) -> Path:
    """The embedded corpus, built once for all tests that only read it."""
    out = tmp_path_factory.mktemp("data") / "mini"
    writer.build("mini", raw=None, out=out, options=BuildOptions())
    return out


READ = (
    Glyph(Box(60, 10, 30, 30), (("道", 0.9),), ("辶", "首")),
    Glyph(Box(60, 60, 30, 30), (("明", 0.9),), ("日", "月")),
)
"""What models read on each scan of a laboratory."""


@pytest.fixture(scope="session")
def laboratory():
    """``laboratory(folder, corrected, read)``: the dataset of that many scans of each kind.

    Models read all of them. On corrected ones a person put 天 in the place of 道.
    """

    def build(folder: Path, corrected: int, read: int) -> Path:
        scans, out = folder / "scans", folder / "lab"
        for number in range(corrected + read):
            name = f"{number}.png"
            reading = ScanReading(name, 100, 200, SlipReading(READ, (), (), ()), "0123456789ab")
            XmlFolder(scans, "page", reading.models).write(reading)
            pixels = np.random.default_rng(number).integers(0, 256, (200, 100), np.uint8)
            Image.fromarray(pixels).save(scans / name)
            if number < corrected:
                file = scans / f"{name}.xml"
                text = file.read_text(encoding="utf-8")
                file.write_text(text.replace("道", "天"), encoding="utf-8")
        writer.build("scans", raw=scans, out=out, options=BuildOptions())
        return out

    return build


@pytest.fixture(scope="session")
def finished():
    """``finished(record)``: the record with its row as a build writes it, or its rejection."""

    def finish(record: Record | Rejection) -> Record | Rejection:
        if isinstance(record, Rejection):
            return record
        image = record.row.get("image")
        images = read_images([] if image is None else [(image, record.row["id"])])
        batch = Batch(record.config, "train", arrow_schema(record.config), (record,))
        done = finish_batch(batch, images)
        return replace(record, row=done.rows[0]) if done.rows else done.rejected[0]

    return finish


@dataclass
class FakeEndpoint:
    """A chat model on loopback; it answers as told, and then that every token is a noun.

    Attributes:
        url: Its address.
        asked: Path, headers and body of every request.
        replies: What it does next: an answer, or a status, headers and a page.
    """

    url: str = ""
    asked: list = field(default_factory=list)
    replies: deque = field(default_factory=deque)

    def reply(self, body):
        told = self.replies.popleft() if self.replies else None
        if told is None:
            tokens = json.loads(body["messages"][-1]["content"])
            told = json.dumps(["B-n"] * len(tokens))
        if not isinstance(told, tuple):
            page = {"choices": [{"message": {"role": "assistant", "content": told}}]}
            told = (200, {}, json.dumps(page))
        return told


@contextmanager
def serve(caches: Path):
    """Runs a :class:`FakeEndpoint`; its answers are kept below ``caches``."""
    fake = FakeEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.asked.append((self.path, dict(self.headers), body))
            status, headers, page = fake.reply(body)
            with suppress(ConnectionError):  # who asked may have lost patience
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(page.encode("utf-8"))

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(caches))
        patch.setenv("no_proxy", "127.0.0.1")
        patch.delenv("OPENAI_API_KEY", raising=False)
        yield fake
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def serving():
    """``with serving(folder) as endpoint``: see :func:`serve`."""
    return serve


@pytest.fixture
def endpoint(tmp_path):
    """A :class:`FakeEndpoint`; answers are kept in ``tmp_path / "caches"``."""
    with serve(tmp_path / "caches") as fake:
        yield fake
