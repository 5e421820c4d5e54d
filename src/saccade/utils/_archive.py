"""Unpacking of tar and zip files that may be hostile.

The files land in a new folder beside the wanted one, which takes its place only when
everything has been unpacked.
"""

from __future__ import annotations

import lzma
import os
import secrets
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import IO, Literal

from saccade.core._errors import ConfigError, DataError, message

ArchiveFormat = Literal["auto", "tar", "zip"]

# Pictures hardly shrink when packed, so more than this is an attack on the disk.
MAX_EXPANSION = 200
ALWAYS_ALLOWED_BYTES = 2**30
MAX_ENTRIES = 20_000_000
_CHUNK_BYTES = 2**20

_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # a way of packing that zipfile does not know
    RecursionError,  # links in a circle, folders thousands deep
    FileExistsError,  # an entry that is both a file and a folder
    IsADirectoryError,
    NotADirectoryError,
)


@dataclass
class _Unpacking:
    """One archive on its way into the folder `root`."""

    archive: Path
    root: Path
    bytes_left: int
    entries_left: int = MAX_ENTRIES
    links: list[tuple[Path, str, str]] = field(default_factory=list)

    def fail(self, problem: str) -> DataError:
        return DataError(
            message(
                str(self.archive),
                f"{problem}; nothing was unpacked",
                "if you trust the file, unpack it by hand",
            )
        )

    def place(self, name: str) -> Path:
        """Returns where an entry belongs, inside the root for certain."""
        self.entries_left -= 1
        if self.entries_left < 0:
            raise self.fail(f"it has more than {MAX_ENTRIES} entries")
        # Also splits at backslashes and sees drives: C:\\x, \\\\host\\share.
        path = PureWindowsPath(name)
        if path.drive or path.root or ".." in path.parts or "\0" in name:
            raise self.fail(f"the entry {name!r} would be written outside its folder")
        return self.root.joinpath(*path.parts)

    def write(self, name: str, content: IO[bytes]) -> None:
        target = self.place(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            while chunk := content.read(_CHUNK_BYTES):
                self.bytes_left -= len(chunk)
                if self.bytes_left < 0:
                    raise self.fail("it unpacks to far more than a data set would")
                file.write(chunk)

    def make_links(self) -> None:
        """Makes symbolic links after all files, so that none is written through one.

        Each is looked at when it is made, so that no later one is made outside, and
        again with all in place, since links can be chained.
        """
        for place, name, target in self.links:
            self.check_inside(place.parent, name, target)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            place.symlink_to(target)
            self.check_inside(place, name, target)
        for place, name, target in self.links:
            self.check_inside(place, name, target)

    def check_inside(self, place: Path, name: str, target: str) -> None:
        absolute = os.path.isabs(target) or PureWindowsPath(target).drive
        real = Path(os.path.realpath(place))
        if absolute or not real.is_relative_to(self.root.resolve()):
            raise self.fail(f"the link {name!r} points outside, to {target!r}")


def extract_archive(
    archive: Path, folder: Path, archive_format: str | Sequence[str] | None = "auto"
) -> None:
    """Unpacks a tar (also .gz, .bz2, .xz) or zip file into a folder.

    Args:
        archive: the file.
        folder: where to; what is there is replaced once all is unpacked.
        archive_format: 'tar', 'zip', several of them, or 'auto' for both.

    Raises:
        ConfigError: another format.
        DataError: no such archive, a damaged one, or one with absolute paths, '..',
            links that leave the folder, devices, or a boundless expansion.
    """
    kinds = _kinds(archive_format)
    fresh = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    fresh.mkdir(parents=True)
    try:
        _unpack(archive, fresh, kinds)
        os.utime(fresh)  # newer than the archive: it need not be unpacked again
        _replace_folder(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _kinds(archive_format: str | Sequence[str] | None) -> tuple[str, ...]:
    if archive_format == "auto":
        return ("tar", "zip")
    named = [archive_format] if isinstance(archive_format, str) else archive_format
    kinds = tuple(named or ())
    if not kinds or not set(kinds) <= {"tar", "zip"}:
        raise ConfigError(
            message(
                "get_file",
                "`archive_format` must be 'auto', 'tar' or 'zip' to extract, got "
                f"{archive_format!r}",
            )
        )
    return kinds


def _unpack(archive: Path, root: Path, kinds: tuple[str, ...]) -> None:
    allowed = max(ALWAYS_ALLOWED_BYTES, MAX_EXPANSION * archive.stat().st_size)
    room = shutil.disk_usage(root).free
    unpacking = _Unpacking(archive, root, min(allowed, room))
    try:
        if "tar" in kinds and tarfile.is_tarfile(archive):
            _unpack_tar(unpacking)
        elif "zip" in kinds and zipfile.is_zipfile(archive):
            _unpack_zip(unpacking)
        else:
            raise DataError(
                message(
                    str(archive),
                    f"it is not a {' or '.join(kinds)} file",
                    "check its address, or leave `extract` out",
                )
            )
        unpacking.make_links()
    except _DAMAGE as error:
        raise DataError(
            message(
                str(archive),
                f"the archive is damaged ({error})",
                "remove it and fetch it again with force_download=True",
            )
        ) from error


def _unpack_tar(unpacking: _Unpacking) -> None:
    with tarfile.open(unpacking.archive) as tar:
        for entry in tar:
            if entry.isdir():
                unpacking.place(entry.name).mkdir(parents=True, exist_ok=True)
            elif entry.issym():
                place = unpacking.place(entry.name)
                unpacking.links.append((place, entry.name, entry.linkname))
            elif entry.isreg() or entry.islnk():
                unpacking.write(entry.name, _tar_content(tar, entry, unpacking))
            else:
                raise unpacking.fail(f"the entry {entry.name!r} is a device or a pipe")


def _tar_content(
    tar: tarfile.TarFile, entry: tarfile.TarInfo, unpacking: _Unpacking
) -> IO[bytes]:
    """Returns the bytes of a file; a hard link is a copy of a file before it."""
    try:
        content = tar.extractfile(entry)
    except KeyError:
        content = None
    if content is None:
        raise unpacking.fail(
            f"the link {entry.name!r} points to nothing in the archive"
        )
    return content


def _unpack_zip(unpacking: _Unpacking) -> None:
    with zipfile.ZipFile(unpacking.archive) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                unpacking.place(entry.filename).mkdir(parents=True, exist_ok=True)
                continue
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if entry.flag_bits & 1:
                raise unpacking.fail("it is locked with a password")
            with archive.open(entry) as content:
                if kind == stat.S_IFLNK:
                    target = content.read(4096).decode(errors="surrogateescape")
                    place = unpacking.place(entry.filename)
                    unpacking.links.append((place, entry.filename, target))
                else:
                    unpacking.write(entry.filename, content)


def _replace_folder(folder: Path, fresh: Path) -> None:
    if not os.path.lexists(folder):
        fresh.rename(folder)
        return
    # What was there moves aside, so that the name is never without a folder for long.
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
    folder.rename(old)
    fresh.rename(folder)
    if old.is_dir() and not old.is_symlink():
        shutil.rmtree(old)
    else:
        old.unlink()
