"""`keras.name_scope`: prefixes for the paths of variables, in programs' own hands."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

from saccade.core import _names
from saccade.core._errors import ConfigError, message

_local = threading.local()


class name_scope:
    """Prefixes the paths of variables made inside with `name/`.

    Args:
        name: the prefix, without '/'.
        **kwargs: `caller`, an object whose scope it is; directly inside a scope of the
            same name and caller it adds nothing, unless `deduplicate=False`;
            `override_parent`, a path to begin at in place of the open scopes.

    Raises:
        ConfigError: the name is no string or has a '/', or an unknown argument.

    Differs from Keras: none.

    Example:
        >>> from saccade import Variable
        >>> with name_scope("block"), name_scope("conv"):
        ...     Variable(1.0, name="kernel").path
        'block/conv/kernel'
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        if not isinstance(name, str) or "/" in name:
            raise ConfigError(
                message(
                    "name_scope",
                    "Argument `name` must be a string and cannot contain character "
                    f"`/`, got {name!r}",
                    "open one scope inside another",
                )
            )
        self.name = name
        self.caller = kwargs.pop("caller", None)
        self.deduplicate = kwargs.pop("deduplicate", True)
        self.override_parent = kwargs.pop("override_parent", None)
        if kwargs:
            raise ConfigError(
                message("name_scope", f"unknown arguments {sorted(kwargs)}")
            )
        self._open = ExitStack()

    def __enter__(self) -> name_scope:
        stack: list[name_scope] = _local.__dict__.setdefault("stack", [])
        above = stack[-1] if stack else None
        if (
            self.deduplicate
            and self.caller is not None
            and above is not None
            and above.caller is self.caller
            and above.name == self.name
        ):
            return self
        if self.override_parent is not None:
            self._open.enter_context(_names.under(self.override_parent))
        self._open.enter_context(_names.name_scope(self.name))
        stack.append(self)
        self._open.callback(stack.pop)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
