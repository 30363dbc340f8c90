"""Publishing speaks the Hub's protocol: a server on loopback takes the upload."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from given_rows import glyph, sentence
from huggingface_hub import constants

from cbs_bench.dataset import publish
from cbs_bench.errors import InputError

REPO = "me/slips"


class Hub(BaseHTTPRequestHandler):
    """As much of the Hub as one commit needs; every file travels inside the commit."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if "/tree/" in self.path:
            names = self.server.files
            self.answer([{"type": "file", "path": n, "size": 1, "oid": "0"} for n in names])
        else:
            self.answer({"id": REPO, "sha": "0" * 40, "private": True, "siblings": []})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.chunks()
        if self.server.refuses:
            self.answer({"error": "You cannot write here"}, status=403)
        elif self.path.endswith("/repos/create"):
            self.answer({"url": f"{self.server.address}/datasets/{REPO}"})
        elif "/preupload/" in self.path:
            asked = json.loads(body)["files"]
            answer = {"uploadMode": "regular", "shouldIgnore": False}
            modes = [{"path": f["path"], **answer} for f in asked]
            self.answer({"files": modes})
        elif "/commit/" in self.path:
            for line in body.splitlines():
                self.apply(json.loads(line))
            url = f"{self.server.address}/datasets/{REPO}/commit/{1:040}"
            self.answer({"commitUrl": url, "commitOid": f"{1:040}", "success": True})
        else:
            self.answer({})

    def apply(self, operation):
        value = operation["value"]
        if operation["key"] == "file":
            self.server.files[value["path"]] = base64.b64decode(value["content"])
        elif operation["key"] == "deletedFile":
            del self.server.files[value["path"]]

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, content, status=200):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.files, server.refuses = {"glyphs/train-old.parquet": b"", ".gitattributes": b""}, False
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    monkeypatch.setenv("HF_TOKEN", "hf_of_no_one")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_every_file_arrives_byte_for_byte_and_old_rows_go(build, hub):
    out = build([glyph(n) for n in range(30)] + [sentence(1)]).out
    assert publish.push(out, REPO) == f"{hub.address}/datasets/{REPO}"
    here = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert {name: data for name, data in hub.files.items() if name != ".gitattributes"} == here


def test_a_refusal_is_one_line(build, hub):
    out = build([glyph(0)]).out
    hub.refuses = True
    with pytest.raises(InputError, match="the Hub did not take it") as caught:
        publish.push(out, REPO)
    assert "\n" not in str(caught.value)
