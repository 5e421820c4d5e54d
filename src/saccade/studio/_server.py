"""Starts the studio on this machine: a free port, a token, a page in the browser."""

from __future__ import annotations

import dataclasses
import os
import secrets
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

from saccade.core._errors import ConfigError, message
from saccade.core._lazy import optional_import

HOST = "127.0.0.1"
_PURPOSE = "the studio"


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
) -> None:
    """Serves the studio until Ctrl-C.

    Args:
        port: a port of 127.0.0.1; 0 takes a free one.
        page: the page to open first, `/playground` for instance.
        runs: the folder of runs that the tab Training shows.
        browser: whether to open the page in the browser.
        ready: called with the address once the port is taken.

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
    config = uvicorn.Config(
        build_app(address.token, address.port, Path(runs)),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    if ready is not None:
        ready(address)
    if browser:
        webbrowser.open(address.url(page))
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    """Takes the port; a taken one is an error that says how to go on."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
