"""Argument normalisers used by every layer, loss and optimizer.

Each takes the value, the name of the argument and the place, and returns the value
in its normal form or raises `ConfigError` with expected, got and fix.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import SupportsIndex, cast

import numpy as np

from saccade.core import _settings
from saccade.core._errors import ArgumentTypeError, ConfigError, message, nearest


def positive_int(
    value: object,
    name: str,
    where: str,
    *,
    minimum: int = 1,
    expected: str | None = None,
    whole: bool = False,
) -> int:
    """Returns `value` as an int of at least `minimum`.

    Args:
        value: an int, or a float such as 3.0.
        name: the argument.
        where: the place, for messages.
        minimum: the smallest value.
        expected: what must be given, in words of Keras that programs may look for.
        whole: whether 3.0 is refused too.

    Raises:
        ConfigError: it is no whole number or is too small.

    Example:
        >>> positive_int(3, "units", "Dense")
        3
    """
    expected = expected or f"an int >= {minimum}"
    problem = f"`{name}` must be {expected}, got {value!r}"
    if isinstance(value, bool):
        raise ConfigError(message(where, problem))
    try:
        number = operator.index(cast(SupportsIndex, value))
    except TypeError:
        if not whole and isinstance(value, float) and value.is_integer():
            number = int(value)
        else:
            raise ConfigError(message(where, problem)) from None
    if number < minimum:
        raise ConfigError(message(where, problem))
    return number


def int_tuple(
    value: int | Sequence[int], rank: int, name: str, where: str, *, minimum: int = 1
) -> tuple[int, ...]:
    """Returns `value` as a tuple of `rank` ints, repeating a single int.

    Raises:
        ConfigError: wrong length, or an entry below `minimum`.

    Example:
        >>> int_tuple(3, 2, "kernel_size", "Conv2D")
        (3, 3)
    """
    if isinstance(value, (list, tuple)):
        if len(value) != rank:
            raise ConfigError(
                message(
                    where,
                    f"`{name}` must be one int or {rank} ints, got {value!r}",
                )
            )
        return tuple(positive_int(v, name, where, minimum=minimum) for v in value)
    return (positive_int(value, name, where, minimum=minimum),) * rank


def one_of(value: object, allowed: Sequence[str], name: str, where: str) -> str:
    """Returns `value` in lower case if it is one of the allowed words.

    Raises:
        ConfigError: it is not; the nearest allowed word is named.

    Example:
        >>> one_of("SAME", ["valid", "same"], "padding", "Conv2D")
        'same'
    """
    if isinstance(value, str) and value.lower() in allowed:
        return value.lower()
    close = nearest(value, allowed) if isinstance(value, str) else []
    words = ", ".join(repr(word) for word in allowed)
    raise ConfigError(
        message(
            where,
            f"`{name}` must be one of {words}, got {value!r}",
            f"did you mean {close[0]!r}?" if close else None,
        )
    )


def fraction(value: object, name: str, where: str) -> float:
    """Returns `value` as a float in [0, 1].

    Raises:
        ConfigError: it is no number or outside the range.

    Example:
        >>> fraction(0.5, "rate", "Dropout")
        0.5
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 <= value <= 1
    ):
        raise ConfigError(
            message(where, f"`{name}` must be a number in [0, 1], got {value!r}")
        )
    return float(value)


def boolean(value: object, name: str, where: str) -> bool:
    """Returns `value` if it is True or False.

    Raises:
        ConfigError: it is something else, even if Python takes it for one.

    Example:
        >>> boolean(True, "trainable", "Dense")
        True
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ConfigError(
            message(where, f"expected `{name}` to be a boolean, got {value!r}")
        )
    return bool(value)


def data_format(value: str | None, where: str) -> str:
    """Returns 'channels_last' or 'channels_first'; None means the global setting.

    Raises:
        ConfigError: any other value.

    Example:
        >>> data_format(None, "Conv2D")
        'channels_last'
    """
    if value is None:
        return _settings.image_data_format()
    return one_of(value, ["channels_last", "channels_first"], "data_format", where)


def no_unknown_keywords(
    keywords: Sequence[str], known: Sequence[str], where: str
) -> None:
    """Raises for keyword arguments that do not exist, naming the nearest.

    Raises:
        ArgumentTypeError: there is at least one.

    Example:
        >>> no_unknown_keywords([], ["units"], "Dense")
    """
    for keyword in keywords:
        close = nearest(keyword, known)
        raise ArgumentTypeError(
            message(
                where,
                f"unexpected argument `{keyword}`",
                f"did you mean `{close[0]}`?" if close else None,
            )
        )
