"""Keywords that fit, evaluate and predict had in older versions of Keras."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from typing import TypedDict

from saccade.core._checks import no_unknown_keywords
from saccade.core._errors import ArgumentTypeError, message

_BY_ITSELF = "leave it out; batches are prepared in the background without being asked"


class Keras2Keywords(TypedDict, total=False):
    """What Keras 2 took to say how batches are prepared; it has no effect here."""

    max_queue_size: int
    workers: int
    use_multiprocessing: bool


def check_older(
    keywords: Mapping[str, object], method: Callable[..., object], where: str
) -> None:
    """Lets Keras 2's keywords pass and refuses others with the argument of today.

    Args:
        keywords: what a method was given beyond its arguments.
        method: the method, for the names of its arguments.
        where: its name.

    Raises:
        ArgumentTypeError: a keyword of Keras 1, with what replaces it, or one that
            never was, with the nearest.

    Example:
        >>> check_older({"workers": 4}, print, "fit")
        >>> check_older({"nb_epoch": 5}, print, "fit")
        Traceback (most recent call last):
        ...
        saccade.core._errors.ArgumentTypeError: fit: `nb_epoch` is a name of Keras 1.
        Fix: epochs=5.
    """
    unknown = [n for n in keywords if n not in Keras2Keywords.__annotations__]
    if not unknown:
        return
    for name in unknown:
        fix = _replacement(name, keywords[name])
        if fix is not None:
            problem = f"`{name}` is a name of Keras 1"
            raise ArgumentTypeError(message(where, problem, fix))
    known = [
        parameter.name
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    no_unknown_keywords(unknown, [name for name in known if name != "self"], where)


def _replacement(name: str, value: object) -> str | None:
    """What to write instead of a keyword of Keras 1; None if it is none."""
    if name == "nb_epoch":
        return f"epochs={value!r}"
    if name == "samples_per_epoch":
        return f"{_steps('steps_per_epoch', value)}, or leave it out for one pass"
    if name == "nb_val_samples":
        return f"{_steps('validation_steps', value)}, or leave it out for all"
    if name == "val_samples":
        return f"{_steps('steps', value)}, or leave it out for all"
    return _BY_ITSELF if name in ("max_q_size", "nb_worker", "pickle_safe") else None


def _steps(argument: str, samples: object) -> str:
    if not isinstance(samples, (int, float)):
        return f"{argument}=<samples divided by the batch size>"
    steps = math.ceil(samples / 32)
    return f"{argument} counts batches: {argument}={steps} for batches of 32"
