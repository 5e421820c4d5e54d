"""What the studio's server refuses, and what it says then."""

from __future__ import annotations

import http.client
import socket
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from saccade.cli import main
from saccade.core._errors import ConfigError
from saccade.studio import serve


def ask(
    studio: str, method: str, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer; the path goes out as it is."""
    address = urlsplit(studio)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": address.netloc, **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    text = answer.read().decode()
    connection.close()
    return answer.status, text, found


def test_page_binds_itself_to_this_machine(studio: str) -> None:
    status, _, headers = ask(studio, "GET", "/playground")
    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_strangers_are_refused(studio: str, headers: dict[str, str]) -> None:
    assert ask(studio, "GET", "/", headers)[0] == 403


def test_changing_calls_need_the_token(studio: str) -> None:
    empty = {"Content-Length": "0"}
    assert ask(studio, "POST", "/nothing", empty)[0] == 403
    wrong = {**empty, "X-Saccade-Token": "guess"}
    assert ask(studio, "POST", "/nothing", wrong)[0] == 403
    [token] = parse_qs(urlsplit(studio).query)["token"]
    right = {"X-Saccade-Token": token}
    assert ask(studio, "POST", "/nothing", {**empty, **right})[0] == 404
    assert ask(studio, "POST", "/nothing", right)[0] == 411
    large = {**right, "Content-Length": str(2**40)}
    assert ask(studio, "POST", "/nothing", large)[0] == 413


@pytest.mark.parametrize(
    "path",
    ["/static/../_app.py", "/static/%2e%2e/_app.py", "/static/..%5c_app.py", "/no"],
)
def test_only_the_studios_files_are_given(studio: str, path: str) -> None:
    status, text, _ = ask(studio, "GET", path)
    assert status == 404
    assert "import" not in text


def test_modules_have_the_type_that_browsers_want(studio: str) -> None:
    _, text, headers = ask(studio, "GET", "/static/app.js")
    assert headers["content-type"].startswith("text/javascript")
    status, nothing, again = ask(
        studio, "GET", "/static/app.js", {"If-None-Match": headers["etag"]}
    )
    assert (status, nothing) == (304, "")
    assert again["etag"] == headers["etag"]
    other = {"If-None-Match": '"an older one"'}
    assert ask(studio, "GET", "/static/app.js", other)[:2] == (200, text)


def test_studio_outlives_its_owner_only_while_somebody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from saccade.studio import _server

    now, owner = [0.0], 7
    seen = _server._Seen(app=None)  # type: ignore[arg-type]
    seen.at = 0.0

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if now[0] == 30.0:
            seen.at = now[0]  # a page asks for the last time

    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(_server, "time", clock)
    monkeypatch.setattr(_server.os, "getppid", lambda: owner if now[0] < 20 else 1)
    server = SimpleNamespace(should_exit=False)
    _server._end_with(server, owner, seen)
    assert server.should_exit
    assert now[0] == 90.0


def test_answers_are_sent_at_once() -> None:
    from saccade.studio._server import _listen

    with _listen(0) as listener, socket.socket() as caller:
        caller.connect(listener.getsockname())
        answering, _ = listener.accept()
        with answering:
            assert answering.proto == socket.IPPROTO_TCP  # what asyncio looks at


def test_port_in_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match="cannot be used"):
            serve(port, browser=False)
        assert main(["studio", "--no-browser", "--port", str(port)]) == 2
        assert "free one" in capsys.readouterr().err
