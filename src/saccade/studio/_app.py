"""The application: the pages of the studio and the guard before them."""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from saccade.studio._augment import routes as augment_routes
from saccade.studio._guard import Guard
from saccade.studio._training import routes as training_routes

STATIC = Path(__file__).parent / "static"
PAGES = (
    "/", "/playground", "/convolution", "/race", "/functions", "/augment", "/training",
)  # fmt: skip
_IMPORT = re.compile(r'^(?:import|export|\}) .*?from "(\.[^"]+)";$', re.MULTILINE)
# Windows may have another type for .js in its registry, and browsers then refuse it.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def build_app(token: str, port: int, runs: Path) -> Starlette:
    """Puts the studio together.

    Args:
        token: what calls that change something have to bring.
        port: the port that the page is served from; other names in Host are refused.
        runs: the folder of runs that the tab Training shows.
    """
    app = Starlette(
        routes=[
            *(Route(page, _page) for page in PAGES),
            *augment_routes(),
            *training_routes(runs),
            Route("/static/{name:path}", _file),
        ],
        middleware=[Middleware(Guard, token=token, port=port)],
        exception_handlers={404: _nothing_there},
    )
    app.router.redirect_slashes = False  # an address is right or there is nothing
    return app


async def _page(request: Request) -> Response:
    page = request.url.path.strip("/") or PAGES[1].strip("/")
    return HTMLResponse(_document(page), headers={"cache-control": "no-cache"})


async def _file(request: Request) -> Response:
    """One of the studio's own files, and no other."""
    path = _files().get(request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    body, tag = _read(path, path.stat().st_mtime_ns)
    # Asked for at each load, so that an update shows; unchanged files are not sent.
    headers = {"cache-control": "no-cache", "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=_TYPES[path.suffix], headers=headers)


@functools.cache
def _files() -> dict[str, Path]:
    found = (path for path in STATIC.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(STATIC).as_posix(): path for path in found}


# A page is twenty small modules: read once, they are there in half the time.
@functools.lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> tuple[bytes, str]:
    body = path.read_bytes()
    return body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


@functools.cache
def _document(page: str) -> str:
    """The page, which names all its modules; else each waits for the one before."""
    names = _modules(f"pages/{page}/page.js", _modules("app.js", {}))
    links = [f'<link rel="modulepreload" href="/static/{name}">' for name in names]
    document = (STATIC / "index.html").read_text("utf-8")
    return document.replace("  </head>", "\n".join([*links, "  </head>"]))


def _modules(name: str, found: dict[str, None]) -> dict[str, None]:
    """A module and those that it imports, in the order in which they are met."""
    if name not in found:
        found[name] = None
        for other in _IMPORT.findall((STATIC / name).read_text("utf-8")):
            folder = posixpath.dirname(name)
            _modules(posixpath.normpath(posixpath.join(folder, other)), found)
    return found


async def _nothing_there(request: Request, error: Exception) -> Response:
    pages = ", ".join(PAGES)
    return PlainTextResponse(
        f"There is no {request.url.path} in the studio. Pages: {pages}.\n",
        status_code=404,
    )
