"""Search for NaN and infinity in the data."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np

from saccade.core._errors import message
from saccade.data._convert import position
from saccade.data._types import Array, Tree, named_leaves
from saccade.data._warn import warn

# Values looked at in one go: small enough to stay in a core's cache.
_CHUNK = 1 << 16


def warn_not_finite(
    parts: Sequence[tuple[str, Tree | None]],
    where: str,
    columns: dict[str, list[str]] | None = None,
    context: str = "",
) -> bool:
    """Gives one warning that says where NaN or infinity stand in the data.

    Args:
        parts: names and structures to look through; whole numbers are skipped.
        where: the method that was called.
        columns: names of the columns of those parts that were tables.
        context: more about the place, for example the step.

    Returns:
        Whether there was something to warn of.

    Example:
        >>> warn_not_finite([("x", np.ones((2, 2), "float32"))], "fit")
        False
    """
    found = [
        _describe(name, leaf, *place, (columns or {}).get(name))
        for part, tree in parts
        for name, leaf in named_leaves(tree, part)
        if (place := first_not_finite(leaf)) is not None
    ]
    if not found:
        return False
    text = message(
        where,
        f"the data hold NaN or infinity{context}: {'; '.join(found)}",
        "drop or fill these rows; a loss computed from them is NaN",
    )
    warn(text)
    return True


def first_not_finite(array: Array) -> tuple[tuple[int, ...], int] | None:
    """Finds the first NaN or infinity.

    Args:
        array: of any type; only floating ones are looked at.

    Returns:
        Its index and how many there are, or None.

    Example:
        >>> first_not_finite(np.array([1.0, np.nan, np.inf], "float32"))
        ((1,), 2)
    """
    if not jax.numpy.issubdtype(array.dtype, jax.numpy.floating) or not array.size:
        return None
    if isinstance(array, jax.Array) and _is_finite_elsewhere(array):
        return None
    host = np.asarray(array)
    first, count = -1, 0
    # Both forms are cheap: host arrays made by adapt() are contiguous.
    flat = host.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        finite = np.isfinite(flat[start : start + _CHUNK])
        if not finite.all():
            count += finite.size - int(np.count_nonzero(finite))
            if first < 0:
                first = start + int(np.argmin(finite))
    if first < 0:
        return None
    index = np.unravel_index(first, host.shape)
    return tuple(int(i) for i in index), count


def _is_finite_elsewhere(array: jax.Array) -> bool:
    if all(device.platform == "cpu" for device in array.devices()):
        return False
    # One small reduction over there instead of moving the data here.
    return bool(jax.numpy.isfinite(array).all())


def _describe(
    name: str,
    array: Array,
    index: tuple[int, ...],
    count: int,
    columns: list[str] | None,
) -> str:
    place = position(index)
    if columns is not None and len(index) == 2:
        place = f"row {index[0]}, column {columns[index[1]]!r}"
    value = float(np.asarray(array[index]))
    times = f"{count:,} of {array.size:,} values" if count > 1 else "one value"
    return f"`{name}` has {value} at {place} ({times})"
