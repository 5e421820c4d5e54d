"""What every request has to pass: it comes from this machine and from this page.

A page of another site can make a browser send requests to 127.0.0.1. It cannot set our
Host (DNS rebinding), nor Origin, nor does it know the token.
"""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "x-saccade-token"
LARGEST_BODY = 64 * 2**20
_READING = ("GET", "HEAD")
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Refuses requests of strangers and adds the headers that bind the page."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through or answers 403 or 413 with the reason."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        if refusal is not None:
            status, reason = refusal
            response = PlainTextResponse(reason + "\n", status_code=status)
            await response(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        if headers.get("host") not in self._hosts:
            return 403, "The studio answers to its own address on this machine only."
        origin = headers.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self._hosts:
            return 403, "The request comes from a page that is not the studio's."
        if method in _READING:
            return None
        if not hmac.compare_digest(headers.get(TOKEN_HEADER, ""), self._token):
            return (
                403,
                "The token is missing or old: open the address printed at start.",
            )
        length = headers.get("content-length", "")
        if not length.isdigit():
            return 411, "The request does not say how long it is."
        if int(length) > LARGEST_BODY:
            return 413, f"More than {LARGEST_BODY >> 20} MiB in one request."
        return None


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return answer
