"""Python code of a lambda as text and back, in Keras' form.

Reading it can run anything, so `_objects` calls `load` only when the user said that
the file is trusted.
"""

from __future__ import annotations

import base64
import binascii
import marshal
import types
from collections.abc import Sequence

from saccade.core._errors import SavingError, message


def dump(function: types.FunctionType) -> list[object]:
    """Returns [code as base64, defaults, values of the closure].

    Example:
        >>> load(dump(lambda x: x + 1))(2)
        3
    """
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")
    cells = function.__closure__
    closure = tuple(cell.cell_contents for cell in cells) if cells else None
    return [code, function.__defaults__, closure]


def load(value: Sequence[object]) -> types.FunctionType:
    """Returns the function that `dump` described.

    Raises:
        SavingError: it was written by another version of Python.
    """
    text, defaults, closure = value
    try:
        code = marshal.loads(binascii.a2b_base64(str(text)))
    except (ValueError, EOFError, TypeError):
        code = None
    if not isinstance(code, types.CodeType):
        raise SavingError(
            message(
                "lambda",
                "the stored Python code cannot be read",
                "load it with the version of Python that wrote it, or replace the "
                "lambda by a named function",
            )
        )
    cells = (
        tuple(map(types.CellType, closure))
        if isinstance(closure, (list, tuple))
        else None
    )
    arguments = tuple(defaults) if isinstance(defaults, (list, tuple)) else None
    return types.FunctionType(
        code, {"__builtins__": __builtins__}, code.co_name, arguments, cells
    )
