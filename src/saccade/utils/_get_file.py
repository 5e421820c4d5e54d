"""Files from the network, kept in Keras' folder: `~/.keras` or `$KERAS_HOME`."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from saccade.core import _checks, _output
from saccade.core._errors import ConfigError, DataError, message

_LENGTHS = {"md5": 32, "sha256": 64}


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | Sequence[str] | None = "auto",
    cache_dir: str | os.PathLike[str] | None = None,
    force_download: bool = False,
) -> str:
    """Fetches a file once and says where it lies from then on.

    A fetch that is cut goes on where it stopped, at once and in the next call. The
    file appears under its name only when it is whole and its hash is right.

    Args:
        fname: the name to keep it under; None for the one in `origin`. With `extract`
            the name of the folder if it has no dot.
        origin: its address: http, https, ftp or file.
        untar: old form of `extract` with `archive_format="tar"`.
        md5_hash: old form of `file_hash`.
        file_hash: the hash the file must have, as hexadecimal digits. Without one any
            file is taken, so give it wherever it is known.
        cache_subdir: folder in the cache; an absolute path is taken as it is.
        hash_algorithm: 'sha256', 'md5', or 'auto' to tell them by length.
        extract: unpack the archive and return the folder.
        archive_format: 'tar', 'zip', several, or 'auto'.
        cache_dir: the cache; None for `$KERAS_HOME`, else `~/.keras`.
        force_download: fetch and unpack even if it is there.

    Returns:
        The path of the file, or with `extract` of the folder.

    Raises:
        ConfigError: an argument cannot work.
        DataError: the hash is wrong, or the archive is damaged or dangerous.
        DownloadError: it cannot be fetched; the text says which file is wanted, from
            where, and where to put it.

    Differs from Keras: a folder newer than its archive is not unpacked again; an
    archive with entries that would land outside the folder is refused as a whole; a
    file with a wrong hash is only given up once the right one has been fetched.

    Example:
        >>> here = Path(tempfile.mkdtemp()) / "a.txt"
        >>> _ = here.write_text("hello")
        >>> path = get_file(origin=here.as_uri(),
        ...                 cache_dir=tempfile.mkdtemp())  # doctest: +ELLIPSIS
        Downloading data from file:///...a.txt
        5/5 ━━━━━━━━━━━━━━━━━━━━ ...s/step
        >>> Path(path).read_text()
        'hello'
    """
    if origin is None:
        raise ConfigError(
            message("get_file", "`origin` must be the address of the file, got None")
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    algorithm = _algorithm(hash_algorithm, file_hash)
    name = _file_name(fname, origin)
    extract = extract or untar
    archive_name, folder_name = _archive_names(name, bool(fname))
    wanted = folder_name if extract else name
    folder = cache_folder(cache_subdir, cache_dir, holding=wanted)
    _check_kind(folder / wanted, is_folder=extract)
    if not extract:
        file = folder / name
        _fetch(origin, file, file_hash, algorithm, force_download)
        return str(file)
    archive, unpacked = folder / archive_name, folder / folder_name
    if not force_download and _is_unpacked(unpacked, archive):
        return str(unpacked)
    _fetch(origin, archive, file_hash, algorithm, force_download)
    from ._archive import extract_archive

    extract_archive(archive, unpacked, "tar" if untar else archive_format)
    return str(unpacked)


def keras_home() -> Path:
    """Returns Keras' folder: `$KERAS_HOME`, else `~/.keras`.

    Example:
        >>> keras_home().is_absolute()
        True
    """
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser().absolute()


def cache_folder(
    cache_subdir: str = "datasets",
    cache_dir: str | os.PathLike[str] | None = None,
    *,
    holding: str | None = None,
) -> Path:
    """Returns the folder for fetched files, made if need be.

    Args:
        cache_subdir: folder in the cache.
        cache_dir: the cache; None for Keras' folder.
        holding: what is looked for; a cache that can only be read will do if it has
            it. Else a private folder among the temporary files takes its place.

    Raises:
        ConfigError: the temporary one belongs to another user.
    """
    base = keras_home() if cache_dir is None else Path(cache_dir).expanduser()
    folder = base / cache_subdir
    if holding is not None and (folder / holding).exists():
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK)
    except OSError:
        usable = False
    if usable:
        return folder
    owner = os.getuid() if hasattr(os, "getuid") else 0
    private = Path(tempfile.gettempdir()) / f"keras-{owner}"
    private.mkdir(mode=0o700, exist_ok=True)
    if owner and (private.is_symlink() or private.stat().st_uid != owner):
        raise ConfigError(
            message(
                "get_file",
                f"neither {folder} nor {private} can be written by you alone",
                "set KERAS_HOME to a folder of yours",
            )
        )
    folder = private / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def file_digest(path: Path, algorithm: str) -> str:
    """Returns the hash of a file as hexadecimal digits.

    Args:
        path: the file.
        algorithm: 'sha256' or 'md5'.
    """
    with path.open("rb") as file:
        # md5 is for old data sets, whose makers gave no other.
        hasher = hashlib.new(algorithm, usedforsecurity=False)
        return hashlib.file_digest(file, lambda: hasher).hexdigest()


def _fetch(
    origin: str, file: Path, file_hash: str | None, algorithm: str, force: bool
) -> None:
    from ._download import download  # with what it needs, slow to load

    def check(path: Path) -> None:
        if file_hash is None:
            return
        found = file_digest(path, algorithm)
        if found != file_hash.lower():
            raise DataError(
                message(
                    file.name,
                    f"Incomplete or corrupted file: its {algorithm} must be "
                    f"{file_hash}, got {found}",
                    f"see whether {origin} has changed, and if you trust it pass its "
                    "new `file_hash`",
                )
            )

    if file.exists() and not force:
        try:
            check(file)
            return
        except DataError:
            _output.write(
                f"{file} has another {algorithm} than wanted; it is fetched again.\n"
            )
    hashed = "" if file_hash is None else f" ({algorithm} {file_hash})"
    advice = f"fetch it in another way and put it at {file}{hashed}"
    download(origin, file, check, hashed=file_hash is not None, advice=advice)


def _algorithm(name: str, file_hash: str | None) -> str:
    name = _checks.one_of(name, ["auto", *_LENGTHS], "hash_algorithm", "get_file")
    if file_hash is None:
        return "sha256"
    if name == "auto":
        name = "sha256" if len(file_hash) == _LENGTHS["sha256"] else "md5"
    if len(file_hash) != _LENGTHS[name] or set(file_hash.lower()) - set(
        "0123456789abcdef"
    ):
        raise ConfigError(
            message(
                "get_file",
                f"`file_hash` must be {_LENGTHS[name]} hexadecimal digits for {name} "
                f"(sha256 has {_LENGTHS['sha256']}), got {file_hash!r}",
            )
        )
    return name


def _file_name(fname: str | os.PathLike[str] | None, origin: str) -> str:
    name = os.fspath(fname) if fname else ""
    if not name:
        path = urllib.parse.urlsplit(origin).path
        name = urllib.parse.unquote(path).rpartition("/")[2]
    if name in ("", ".", "..") or set(name) & set("/\\\0"):
        raise ConfigError(
            message(
                "get_file",
                f"`fname` must be the name of a file without folders, got {name!r}",
                "name the folder with `cache_subdir` or `cache_dir`",
            )
        )
    return name


def _archive_names(name: str, given: bool) -> tuple[str, str]:
    """Returns the names of an archive and of the folder it is unpacked to, as Keras."""
    if given and "." in name:
        return name, f"{name.partition('.')[0]}_extracted"
    return f"{name}_archive", name


def _check_kind(path: Path, *, is_folder: bool) -> None:
    if path.exists() and path.is_dir() != is_folder:
        kinds = ("a folder", "a file") if is_folder else ("a file", "a folder")
        raise ConfigError(
            message(
                "get_file",
                f"{path} must be {kinds[0]}, and is {kinds[1]} from an earlier call",
                "choose another `fname`",
            )
        )


def _is_unpacked(folder: Path, archive: Path) -> bool:
    if not folder.is_dir() or not any(folder.iterdir()):
        return False
    return not archive.exists() or archive.stat().st_mtime <= folder.stat().st_mtime
