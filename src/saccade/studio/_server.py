"""Starts the studio on this machine: a free port, a token, a page in the browser."""

from __future__ import annotations

import dataclasses
import os
import secrets
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from saccade.core._errors import ConfigError, message
from saccade.core._lazy import optional_import

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HOST = "127.0.0.1"
_PURPOSE = "the studio"
# How often a studio looks for its owner, and how long it then waits for who looks.
_LOOK_S, _UNSEEN_S = 2.0, 60.0


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a studio is.

    Args:
        port: the port on 127.0.0.1.
        token: what state-changing calls have to bring; new at each start.

    Example:
        >>> Address(port=8000, token="abc").url("/playground")
        'http://127.0.0.1:8000/playground?token=abc'
    """

    port: int
    token: str

    def url(self, page: str = "/") -> str:
        """The address to open, with its token."""
        path, mark, state = page.partition("#")
        return f"http://{HOST}:{self.port}{path}?token={self.token}{mark}{state}"


def serve(
    port: int = 0,
    *,
    page: str = "/",
    runs: str | os.PathLike[str] = "runs",
    browser: bool = True,
    ready: Callable[[Address], None] | None = None,
    owner: int | None = None,
) -> None:
    """Serves the studio until Ctrl-C.

    Args:
        port: a port of 127.0.0.1; 0 takes a free one.
        page: the page to open first, `/playground` for instance.
        runs: the folder of runs that the tab Training shows.
        browser: whether to open the page in the browser.
        ready: called with the address once the port is taken.
        owner: the process that started this one for itself. When it is gone, killed for
            instance, the studio ends once no page has asked for a minute.

    Raises:
        ConfigError: the port is in use or may not be taken.
        MissingExtraError: Starlette or uvicorn is not installed.

    Differs from Keras: Keras has no studio.
    """
    uvicorn = optional_import("uvicorn", extra="studio", purpose=_PURPOSE)
    optional_import("starlette", extra="studio", purpose=_PURPOSE)
    from saccade.studio._app import build_app  # needs Starlette

    listener = _listen(port)
    address = Address(listener.getsockname()[1], secrets.token_urlsafe(24))
    seen = _Seen(build_app(address.token, address.port, Path(runs)))
    config = uvicorn.Config(
        seen,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    if ready is not None:
        ready(address)
    if browser:
        webbrowser.open(address.url(page))
    server = uvicorn.Server(config)
    if owner is not None and os.name == "posix":  # elsewhere nobody tells
        words = (server, owner, seen)
        threading.Thread(target=_end_with, args=words, daemon=True).start()
    with listener:
        server.run(sockets=[listener])


class _Seen:
    """An application, and when it was last asked for something."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.at = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.at = time.monotonic()
        await self._app(scope, receive, send)


class _Ends(Protocol):
    """A server that ends when it is told to."""

    should_exit: bool


def _end_with(server: _Ends, owner: int, seen: _Seen) -> None:
    """Ends a server whose owner is gone, when nobody looks any more."""
    while os.getppid() == owner:
        time.sleep(_LOOK_S)
    # An open page goes on asking, and may: what it shows is kept.
    while time.monotonic() - seen.at < _UNSEEN_S:
        time.sleep(_LOOK_S)
    server.should_exit = True


def _listen(port: int) -> socket.socket:
    """Takes the port; a taken one is an error that says how to go on."""
    # Only of a socket that says TCP does asyncio send small packets at once; else each
    # answer waits 40 ms for the other side to confirm its head.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # a studio that has just ended leaves its port at once
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # so that the address answers from when it is told
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigError(
            message(
                f"port {port}",
                f"cannot be used: {error}",
                "leave --port out for a free one, or name another",
            )
        ) from None
    return listener
