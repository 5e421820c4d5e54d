"""The same picture in two lists of files, such as training and validation."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence

_SHOWN = 5


def find_duplicates(
    paths_a: Sequence[str], paths_b: Sequence[str]
) -> list[tuple[str, str]]:
    """Finds files of equal content in two lists.

    Sizes are compared first, so that hardly a file has to be read. A file that cannot
    be read is no duplicate; `find_unusable` says what is wrong with it.

    Args:
        paths_a: files, for example of training.
        paths_b: files, for example of validation.

    Returns:
        A pair for each file of `paths_b` that is in `paths_a`, in the order of
        `paths_b`, with the first of `paths_a` that is equal.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name, text in (("a", "1"), ("b", "2"), ("c", "1")):
        ...     _ = (folder / name).write_text(text)
        >>> a, b, c = (str(folder / name) for name in "abc")
        >>> find_duplicates([a, b], [c]) == [(a, c)]
        True
    """
    by_size: dict[int, list[str]] = defaultdict(list)
    for path in paths_a:
        by_size[_size(path)].append(path)
    hashes: dict[int, dict[bytes, str]] = {}
    pairs = []
    for path in paths_b:
        size = _size(path)
        if size < 0 or size not in by_size:
            continue
        if size not in hashes:
            # Of equal files the first in `paths_a` stays.
            alike = reversed(by_size[size])
            hashes[size] = {d: other for other in alike if (d := _digest(other))}
        first = hashes[size].get(_digest(path))
        if first is not None:
            pairs.append((first, path))
    return pairs


def list_duplicates(pairs: Sequence[tuple[str, str]]) -> str:
    """Says which pictures are in training and in validation, as a clause.

    Args:
        pairs: as `find_duplicates` returns them, at least one.

    Example:
        >>> list_duplicates([("a/1.png", "b/7.png")]).splitlines()[1]
        '  a/1.png = b/7.png'
    """
    lines = [f"  {a} = {b}" for a, b in pairs[:_SHOWN]]
    if len(pairs) > _SHOWN:
        lines.append(f"  and {len(pairs) - _SHOWN:,} more")
    are = (
        "picture of validation is" if len(pairs) == 1 else "pictures of validation are"
    )
    return (
        f"{len(pairs):,} {are} in training too, so validation looks better than it "
        "is:\n" + "\n".join(lines)
    )


def _size(path: str) -> int:
    """Returns the size in bytes, -1 for what is no file."""
    try:
        return os.stat(path).st_size if os.path.isfile(path) else -1
    except OSError:
        return -1


def _digest(path: str) -> bytes:
    """Returns the hash of the content, b"" if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "blake2b").digest()
    except OSError:
        return b""
