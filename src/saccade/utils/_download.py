"""Fetching one file over the network, going on where an earlier attempt was cut.

The bytes gather in `NAME.part` beside the wanted file; what the server said about the
version they belong to is in `NAME.part.version`. The file itself appears only when it
is whole and its hash is right.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import IO, Protocol

from saccade.core import _output
from saccade.core._errors import ConfigError, DataError, DownloadError, message

from ._progbar import Progbar

ATTEMPTS = 4
PAUSE_S = 0.5
TIMEOUT_S = 30.0
_CHUNK_BYTES = 2**18


class _Response(Protocol):
    headers: Message

    def read(self, amount: int, /) -> bytes: ...


class _CutError(Exception):
    """The connection ended before the file did."""


class _WriteError(Exception):
    """The bytes arrived but could not be kept, for example on a full disk."""


def download(
    origin: str,
    target: Path,
    check: Callable[[Path], None],
    *,
    hashed: bool,
    advice: str,
) -> None:
    """Fetches a file, in several attempts if the connection is cut.

    Args:
        origin: its address: http, https, ftp or file.
        target: where it goes, in an existing folder.
        check: raises DataError if the bytes at the given place are not the right
            ones; they are removed then.
        hashed: whether `check` would notice bytes of two versions of the file. If not,
            an earlier attempt is only gone on with if the server vouches for it.
        advice: what to do if the file cannot be fetched.

    Raises:
        ConfigError: another kind of address.
        DataError: from `check`.
        DownloadError: the network or the server fails.
    """
    scheme = urllib.parse.urlsplit(origin).scheme
    if scheme not in ("http", "https", "ftp", "file"):
        raise ConfigError(
            message(
                "get_file",
                f"`origin` must be an http, https, ftp or file address, got {origin!r}",
            )
        )
    _output.write(f"Downloading data from {origin}\n")
    with _part_file(target) as (part, file):
        resumed = file.seek(0, os.SEEK_END) > 0
        _fetch_in_attempts(origin, target.name, file, part, hashed, advice)
        try:
            check(part)
        except DataError:
            file.truncate(0)
            if not resumed:
                raise
            # The earlier attempt may have been of another version of the file.
            _fetch_in_attempts(origin, target.name, file, part, hashed, advice)
            try:
                check(part)
            except DataError:
                file.truncate(0)
                raise
        os.fsync(file.fileno())
        if os.name == "nt":
            file.close()  # an open file cannot be renamed there
        os.replace(part, target)
        _version_file(part).unlink(missing_ok=True)


def _fetch_in_attempts(
    origin: str, name: str, file: IO[bytes], part: Path, hashed: bool, advice: str
) -> None:
    for attempt in range(ATTEMPTS):
        try:
            _fetch(origin, file, _version_file(part), hashed)
            return
        except _WriteError as error:
            raise error.__cause__ or error from None
        except urllib.error.HTTPError as error:
            error.close()
            reason, lasting = f"HTTP {error.code} {error.reason}", error.code < 500
        except urllib.error.URLError as error:
            reason, lasting = str(error.reason), False
        except (_CutError, http.client.HTTPException, OSError) as error:
            reason, lasting = str(error) or type(error).__name__, False
        kept = file.seek(0, os.SEEK_END)
        if lasting or attempt == ATTEMPTS - 1 or (attempt and not kept):
            problem = f"cannot be fetched from {origin} ({reason})"
            if kept:
                problem += f"; {kept} bytes are kept, another call goes on from there"
            raise DownloadError(message(name, problem, advice)) from None
        time.sleep(PAUSE_S * attempt)


def _version_file(part: Path) -> Path:
    return part.with_name(part.name + ".version")


def _fetch(origin: str, file: IO[bytes], version: Path, hashed: bool) -> None:
    """Makes one attempt, going on at the end of `file`."""
    start = file.seek(0, os.SEEK_END)
    tag = version.read_text() if version.exists() else ""
    known, _, validator = tag.partition("\n")
    request = urllib.request.Request(origin, headers={"User-Agent": "saccade"})
    if start and (hashed or (validator and known == origin)):
        request.add_header("Range", f"bytes={start}-")
        if validator and known == origin:
            request.add_header("If-Range", validator)
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not start:
            raise
        error.close()
        file.truncate(0)  # what is kept is no beginning of the file as it is now
        raise _CutError("the server has no such part of the file") from None
    with response:
        begin, total = _extent(response, start)
        if begin == 0:
            file.truncate(0)
        elif begin != start:
            file.truncate(0)
            raise _CutError("the server sent another part of the file")
        version.write_text(f"{origin}\n{_validator(response)}")
        _copy(response, file, begin, total)


def _extent(response: _Response, start: int) -> tuple[int, int | None]:
    """Returns at which byte the response begins and how long the whole file is."""
    span = re.match(
        r"bytes (\d+)-\d+/(\d+|\*)", response.headers["Content-Range"] or ""
    )
    if getattr(response, "status", None) == 206 and span:
        return int(span[1]), None if span[2] == "*" else int(span[2])
    if getattr(response, "status", None) == 206:
        return -1, None
    length = response.headers["Content-Length"]
    return 0, int(length) if length and length.isdecimal() else None


def _validator(response: _Response) -> str:
    """Returns what names this version of the file for sure, or ''."""
    tag = response.headers["ETag"] or ""
    if tag and not tag.startswith("W/"):
        return tag.strip()
    return (response.headers["Last-Modified"] or "").strip()


def _copy(response: _Response, file: IO[bytes], begin: int, total: int | None) -> None:
    done = begin
    bar = Progbar(total)
    while chunk := response.read(_CHUNK_BYTES):
        try:
            file.write(chunk)
        except OSError as error:
            raise _WriteError from error
        done += len(chunk)
        bar.update(done if total is None else min(done, total))
    if total is None:
        bar.update(done, finalize=True)
    elif done < total:
        _output.write("\n")
        raise _CutError(f"the connection was cut after {done} of {total} bytes")


@contextlib.contextmanager
def _part_file(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Opens `NAME.part` for this process alone, else a file under another name.

    An empty part is not left behind, nor one that no other call would look for.
    """
    part, file = _open_alone(target.with_name(target.name + ".part"))
    try:
        with file:
            yield part, file
    finally:
        own = part.name != f"{target.name}.part"
        if part.exists() and (own or not part.stat().st_size):
            part.unlink()
            _version_file(part).unlink(missing_ok=True)


def _open_alone(part: Path) -> tuple[Path, IO[bytes]]:
    while True:
        file = part.open("ab", buffering=0)
        if not _lock(file):
            file.close()
            own = part.with_name(f"{part.stem}.{os.getpid()}.part")
            return own, own.open("wb", buffering=0)
        # Between opening and locking another process may have put it in its place.
        if part.exists() and os.path.samestat(os.fstat(file.fileno()), part.stat()):
            return part, file
        file.close()


def _lock(file: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
