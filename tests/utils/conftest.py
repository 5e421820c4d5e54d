"""A small server on this machine that can cut connections, as real ones do."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from saccade.utils import _download


@dataclass
class Site:
    """What the server has and how it behaves; `requests` records Range headers."""

    content: bytes = b""
    etag: str = '"v1"'
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    chunked: bool = False
    status: int = 200
    requests: list[str | None] = field(default_factory=list)
    url: str = ""


class Handler(http.server.BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        wanted = self.headers["Range"]
        site.requests.append(wanted)
        if site.status != 200:
            self.send_error(site.status)
            return
        begin = 0
        same = self.headers["If-Range"] in (None, site.etag)
        if wanted and site.ranges and same:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(site.content):
                self.send_error(416)
                return
            self.send_response(206)
            last = len(site.content) - 1
            span = f"bytes {begin}-{last}/{len(site.content)}"
            self.send_header("Content-Range", span)
        else:
            self.send_response(200)
        if site.etag:
            self.send_header("ETag", site.etag)
        body = site.content[begin:]
        if not site.chunked:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: site.cuts.pop(0)] if site.cuts else body)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the tests' output quiet."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server that answers every address with `site.content`."""
    monkeypatch.setattr(_download, "PAUSE_S", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    site = Site()
    handler = type("SiteHandler", (Handler,), {"site": site})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Keras folder of the test's own."""
    folder = tmp_path / "keras"
    monkeypatch.setenv("KERAS_HOME", str(folder))
    return folder
