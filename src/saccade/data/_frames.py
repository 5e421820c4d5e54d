"""Tables of pandas and polars as arrays, and errors that name the bad column.

Neither package is imported here: a table can only be given once its package is loaded.
"""

from __future__ import annotations

import numbers
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from saccade.core._errors import DataError, message
from saccade.data._types import float_type

if TYPE_CHECKING:
    import pandas as pd


def is_frame(value: object) -> bool:
    """Says whether a value is a table or a column of pandas or polars.

    Example:
        >>> is_frame(np.zeros(3))
        False
    """
    return _is_pandas(value) or _is_polars(value)


def is_table(value: object) -> bool:
    """Says whether a value is a table, with named columns.

    Example:
        >>> is_table([1])
        False
    """
    return is_frame(value) and len(getattr(value, "shape", ())) == 2


def column_names(value: object) -> list[str] | None:
    """Returns the names of a table's columns; None for anything else.

    Example:
        >>> column_names(np.zeros((1, 2))) is None
        True
    """
    if not is_table(value):
        return None
    columns: Iterable[object] = getattr(value, "columns", ())
    return [str(name) for name in columns]


def to_numpy(value: object, name: str, where: str) -> np.ndarray:
    """Returns a table as (rows, columns), a column of pandas as (rows, 1).

    Columns of different types take their common type. Missing values become NaN. A
    column of polars gives (rows,), as it does in Keras.

    Args:
        value: a DataFrame or Series.
        name: its name in messages.
        where: the method that was called.

    Raises:
        DataError: a column holds texts, categories, dates or objects.

    Example:
        >>> import pandas as pd
        >>> to_numpy(pd.DataFrame({"a": [1, 2], "b": [0.5, 1.0]}), "x", "fit").shape
        (2, 2)
    """
    columns = _columns(value)
    bad = [(label, column) for label, column in columns if not _is_numeric(column)]
    if bad:
        raise DataError(_bad_column(bad, name, where, table=is_table(value)))
    if not is_table(value):
        array = _column_values(columns[0][1])
        return array[:, None] if _is_pandas(value) else array
    if not columns:
        return np.zeros(getattr(value, "shape", (0, 0)), np.float32)
    dtypes = {str(column.dtype) for _, column in columns}
    if len(dtypes) == 1 and _is_pandas(value) and _is_numpy_backed(columns[0][1]):
        return value.to_numpy()  # type: ignore[attr-defined]
    parts = [_column_values(column) for _, column in columns]
    common = np.result_type(*parts)
    # Straight to the final float type: one copy, not two.
    dtype = float_type() if common.kind == "f" else common
    out = np.empty((len(parts[0]), len(parts)), dtype)
    with np.errstate(over="ignore"):
        for i, part in enumerate(parts):
            out[:, i] = part
    return out


def _is_pandas(value: object) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series))


def _is_polars(value: object) -> bool:
    polars = sys.modules.get("polars")
    return polars is not None and isinstance(value, (polars.DataFrame, polars.Series))


def _columns(value: object) -> list[tuple[str, pd.Series]]:
    # Both packages' columns have dtype, len, iteration and to_numpy; pandas' type
    # stands for the two.
    if not is_table(value):
        return [(str(getattr(value, "name", None)), value)]  # type: ignore[list-item]
    if _is_polars(value):
        return [(column.name, column) for column in value]  # type: ignore[attr-defined]
    frame: pd.DataFrame = value  # type: ignore[assignment]
    return [(str(name), frame.iloc[:, i]) for i, name in enumerate(frame.columns)]


def _is_numpy_backed(column: pd.Series) -> bool:
    return isinstance(column.dtype, np.dtype)


def _is_numeric(column: pd.Series) -> bool:
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return dtype.kind in "biuf"
    if _is_polars(column):
        return str(dtype).startswith(("Int", "UInt", "Float", "Boolean"))
    kind = getattr(dtype, "kind", "O")
    return kind in "biuf" and str(dtype) != "category"


def _column_values(column: pd.Series) -> np.ndarray:
    if _is_polars(column):
        return column.to_numpy()
    if _is_numpy_backed(column):
        return column.to_numpy()
    if column.isna().any():
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    kind = getattr(column.dtype, "kind", "f")
    plain = getattr(column.dtype, "numpy_dtype", np.dtype(np.float64))
    return column.to_numpy(dtype=bool if kind == "b" else plain)


def _bad_column(
    bad: list[tuple[str, pd.Series]], name: str, where: str, *, table: bool
) -> str:
    label, column = bad[0]
    dtype = str(column.dtype)
    subject = f"column {label!r} of `{name}`" if table else f"`{name}` ({label!r})"
    lowered = dtype.lower()
    if lowered.startswith(("category", "categorical", "enum")):
        problem = f"{subject} holds categories ({dtype}), not numbers"
        fix = "pass its codes (.cat.codes) or one column per category (pd.get_dummies)"
    elif lowered.startswith(("datetime", "timedelta", "period", "date", "duration")):
        problem = f"{subject} holds dates or durations ({dtype}), not numbers"
        fix = "pass numbers made of it: the year, the day, the seconds since a start"
    else:
        row, item = _first_bad(column)
        if item is None:
            problem = f"{subject} has the type {dtype}, though all values are numbers"
            fix = "pass it .astype('float32')"
        elif isinstance(item, np.ndarray):
            problem = f"{subject} holds arrays, the first of shape {item.shape}"
            fix = "pass np.stack(column.to_list())"
        else:
            problem = f"{subject} must hold numbers, got {item!r} in row {row}"
            fix = "leave the column out, or turn its texts into numbers"
            if name == "y":
                fix = "number the classes: names, y = np.unique(y, return_inverse=True)"
    others = [other for other, _ in bad[1:6]]
    if others:
        more = ", ..." if len(bad) > 6 else ""
        problem += f". Also: {', '.join(map(repr, others))}{more}"
    return message(where, problem, fix)


def _first_bad(column: pd.Series) -> tuple[int, object]:
    for row, item in enumerate(column):
        if not isinstance(item, numbers.Number) and item is not None:
            return row, item
    return 0, None
