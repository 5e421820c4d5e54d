"""Automatic names: `dense`, `dense_1`, ... as Keras counts them."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

# Marks what is done inside, by a name.
Label = Callable[[str], AbstractContextManager[object]]

_counts: Counter[str] = Counter()
_local = threading.local()


def to_snake_case(name: str) -> str:
    """Turns a class name into the stem of automatic names.

    Example:
        >>> to_snake_case("Conv2DTranspose"), to_snake_case("BatchNormalization")
        ('conv2d_transpose', 'batch_normalization')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(stem: str) -> str:
    """Returns `stem` the first time, then `stem_1`, `stem_2` ...

    Example:
        >>> reset_names(); auto_name("dense"), auto_name("dense")
        ('dense', 'dense_1')
    """
    count = _counts[stem]
    _counts[stem] += 1
    return f"{stem}_{count}" if count else stem


def get_uid(prefix: str = "") -> int:
    """Returns 1, 2, 3 ... for successive calls with one prefix.

    Example:
        >>> reset_names(); get_uid("x"), get_uid("x")
        (1, 2)
    """
    _counts[prefix] += 1
    return _counts[prefix]


def reset_names() -> None:
    """Starts all automatic names afresh.

    Example:
        >>> reset_names()
    """
    _counts.clear()


@contextmanager
def name_scope(name: str, owner: object = None) -> Iterator[None]:
    """Prefixes the paths of variables made inside with `name/`.

    Args:
        name: the prefix.
        owner: whose scope it is; directly inside its own one it adds nothing.

    Example:
        >>> with name_scope("block"): current_path()
        'block'
    """
    stack = _stack()
    if owner is not None and stack and stack[-1][1] is owner:
        yield
        return
    stack.append((name, owner))
    label: Label | None = _local.__dict__.get("label")
    try:
        with label(name) if label is not None else nullcontext():
            yield
    finally:
        stack.pop()


@contextmanager
def under(path: str) -> Iterator[None]:
    """Opens the scopes of a path in place of those that are open.

    Example:
        >>> with name_scope("block"), under("other/part"): current_path()
        'other/part'
    """
    outer = _local.__dict__.pop("stack", None)
    try:
        with ExitStack() as inside:
            for part in path.split("/"):
                if part:
                    inside.enter_context(name_scope(part))
            yield
    finally:
        if outer is None:
            _local.__dict__.pop("stack", None)
        else:
            _local.stack = outer


@contextmanager
def labelled(label: Label) -> Iterator[None]:
    """Enters `label(name)` as well in each `name_scope` opened inside.

    So whoever traces a model can mark operations with the layer they come from.

    Example:
        >>> from contextlib import nullcontext
        >>> seen = []
        >>> def label(name): seen.append(name); return nullcontext()
        >>> with labelled(label), name_scope("conv"): seen
        ['conv']
    """
    before = _local.__dict__.get("label")
    _local.label = label
    try:
        yield
    finally:
        _local.label = before


def _stack() -> list[tuple[str, object]]:
    return _local.__dict__.setdefault("stack", [])


def current_path() -> str:
    """Returns the names of the open scopes, joined by '/'.

    Example:
        >>> current_path()
        ''
    """
    return "/".join(name for name, _ in _stack())
