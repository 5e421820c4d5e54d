"""Statistics: quantiles, counts, correlations, and reductions that leave out NaN."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.typing import ArrayLike

from saccade.core._errors import (
    ConfigError,
    ShapeError,
    UnsupportedFeatureError,
    message,
)
from saccade.ops._activations import floating
from saccade.ops._table import operation, reduction, unary

_NAN = "[1.0, float('nan'), 3.0]"

nanargmax = reduction(
    "nanargmax", jnp.nanargmax, "Where the largest value is, without NaN.",
    f"nanargmax({_NAN}) -> 2",
)  # fmt: skip
nanargmin = reduction(
    "nanargmin", jnp.nanargmin, "Where the smallest value is, without NaN.",
    f"nanargmin({_NAN}) -> 0",
)  # fmt: skip
nanmax = reduction(
    "nanmax", jnp.nanmax, "The largest value, without NaN.", f"nanmax({_NAN}) -> 3.0"
)
nanmin = reduction(
    "nanmin", jnp.nanmin, "The smallest value, without NaN.", f"nanmin({_NAN}) -> 1.0"
)
nanmean = reduction(
    "nanmean", jnp.nanmean, "The mean, without NaN.", f"nanmean({_NAN}) -> 2.0"
)
nanmedian = reduction(
    "nanmedian", jnp.nanmedian, "The middle value, without NaN.",
    f"nanmedian({_NAN}) -> 2.0",
)  # fmt: skip
nanprod = reduction(
    "nanprod", jnp.nanprod, "The product, without NaN.", f"nanprod({_NAN}) -> 3.0"
)
nanstd = reduction(
    "nanstd", jnp.nanstd, "The standard deviation, without NaN.",
    f"nanstd({_NAN}) -> 1.0",
)  # fmt: skip
nansum = reduction(
    "nansum", jnp.nansum, "The sum, without NaN.", f"nansum({_NAN}) -> 4.0"
)
nanvar = reduction(
    "nanvar", jnp.nanvar, "The variance, without NaN.", f"nanvar({_NAN}) -> 1.0"
)
ptp = reduction(
    "ptp", jnp.ptp, "The largest value less the smallest.", "ptp([1, 5, 3]) -> 4"
)
cumprod = operation(
    "cumprod", jnp.cumprod, "x, axis=None, dtype=None",
    "Multiplies step by step along an axis.", "cumprod([1, 2, 3]) -> [1, 2, 6]",
)  # fmt: skip
nancumprod = operation(
    "nancumprod", jnp.nancumprod, "x, axis=None, dtype=None",
    "Multiplies step by step along an axis, without NaN.",
    f"nancumprod({_NAN}) -> [1.0, 1.0, 3.0]",
)  # fmt: skip
nancumsum = operation(
    "nancumsum", jnp.nancumsum, "x, axis=None, dtype=None",
    "Adds up step by step along an axis, without NaN.",
    f"nancumsum({_NAN}) -> [1.0, 1.0, 4.0]",
)  # fmt: skip


def _of_floats(function: Callable[..., Any]) -> Callable[..., jax.Array]:
    """Lets integers be computed as floats, and axes be lists."""

    @functools.wraps(function)
    def run(x: jax.Array, *args: Any, axis: Any = None, **kwargs: Any) -> jax.Array:
        axes = tuple(axis) if isinstance(axis, (list, tuple)) else axis
        q = jnp.asarray(kwargs.pop("q"))
        return function(floating(x), q, *args, axis=axes, **kwargs)

    return run


_QUANTILE = "x, q, axis=None, method='linear', keepdims=False"
quantile = operation(
    "quantile", _of_floats(jnp.quantile), _QUANTILE,
    "The value below which the fraction q of all values lies.",
    "quantile([1.0, 2.0, 4.0], 0.5) -> 2.0",
)  # fmt: skip
nanquantile = operation(
    "nanquantile", _of_floats(jnp.nanquantile), _QUANTILE,
    "The value below which the fraction q of the values lies, without NaN.",
    f"nanquantile({_NAN}, 0.5) -> 2.0",
)  # fmt: skip
percentile = operation(
    "percentile", _of_floats(jnp.percentile), _QUANTILE,
    "The value below which q percent of all values lie.",
    "percentile([1.0, 2.0, 4.0], 50) -> 2.0",
)  # fmt: skip
nanpercentile = operation(
    "nanpercentile", _of_floats(jnp.nanpercentile), _QUANTILE,
    "The value below which q percent of the values lie, without NaN.",
    f"nanpercentile({_NAN}, 50) -> 2.0",
)  # fmt: skip
corrcoef = unary(
    "corrcoef", jnp.corrcoef, "Correlations of the rows with each other.",
    "corrcoef([[1.0, 2.0], [2.0, 4.0]]).round(3) -> [[1.0, 1.0], [1.0, 1.0]]",
    floats=True,
)  # fmt: skip
correlate = operation(
    "correlate", jnp.correlate, "x1, x2, mode='valid'",
    "Slides one 1-D array over another and multiplies.",
    "correlate([1.0, 2.0, 3.0], [0.0, 1.0]) -> [2.0, 3.0]",
)  # fmt: skip
digitize = operation(
    "digitize", jnp.digitize, "x, bins",
    "The number of the bin that each value falls into.",
    "digitize([0.5, 2.5], [1.0, 2.0]) -> [0, 2]",
)  # fmt: skip
searchsorted = operation(
    "searchsorted", jnp.searchsorted, "sorted_sequence, values, side='left'",
    "Where values would have to stand in a sorted array.",
    "searchsorted([1, 3, 5], [3, 4]) -> [1, 2]",
)  # fmt: skip
isin = operation(
    "isin", jnp.isin, "x1, x2, assume_unique=False, invert=False",
    "Says which values of x1 are among those of x2.",
    "isin([1, 2, 3], [2, 5]) -> [False, True, False]",
)  # fmt: skip
trapezoid = operation(
    "trapezoid", jnp.trapezoid, "y, x=None, dx=1.0, axis=-1",
    "The area under a line through points.", "trapezoid([1.0, 2.0, 3.0]) -> 4.0",
)  # fmt: skip
diff = operation(
    "diff", jnp.diff, "a, n=1, axis=-1",
    "The differences of neighbours, n times.", "diff([1, 4, 9]) -> [3, 5]",
)  # fmt: skip
argpartition = operation(
    "argpartition", jnp.argpartition, "x, kth, axis=-1",
    "Places with the `kth` smallest value in its place, smaller ones before it.",
    "argpartition([3, 1, 2], 0)[0].reshape(1) -> [1]",
)  # fmt: skip


def bincount(
    x: ArrayLike,
    weights: ArrayLike | None = None,
    minlength: int = 0,
    sparse: bool = False,
) -> jax.Array:
    """How often each number from 0 on occurs, by row if there are two axes.

    Args:
        x: ints >= 0; inside compiled code `minlength` must be given.
        weights: what each one counts; None for 1.
        minlength: least length of the result; in compiled code, its length.
        sparse: kept for Keras; must be false.

    Shapes:
        x: (n,) -> (k,), or (b, n) -> (b, k)

    Raises:
        UnsupportedFeatureError: `sparse` is true.

    Example:
        >>> bincount([0, 2, 2])
        Array([1, 0, 2], dtype=int32)
    """
    if sparse:
        raise UnsupportedFeatureError(
            message("ops.bincount", "sparse=True is not supported", "leave it out")
        )
    values = jnp.asarray(x, "int32")
    parts = None if weights is None else jnp.asarray(weights)
    length = minlength
    if not isinstance(values, Tracer) and values.size:
        length = max(minlength, int(values.max()) + 1)
    if values.ndim < 2:
        return jnp.bincount(values, parts, minlength, length=length)
    rows = [
        jnp.bincount(v, None if parts is None else parts[i], minlength, length=length)
        for i, v in enumerate(values)
    ]
    return jnp.stack(rows)


def histogram(
    x: ArrayLike, bins: int = 10, range: tuple[float, float] | None = None
) -> tuple[jax.Array, jax.Array]:
    """Counts values in bins of equal width.

    Args:
        x: values.
        bins: how many.
        range: lowest and highest edge; None for those of the data.

    Shapes:
        x: (n,) -> counts (bins,), edges (bins + 1,)

    Raises:
        ShapeError: more than one axis.
        ConfigError: `bins` or `range` cannot be.

    Example:
        >>> counts, edges = histogram([1.0, 2.0, 2.0], bins=2)
        >>> counts.astype(int).tolist(), edges.tolist()
        ([1, 2], [1.0, 1.5, 2.0])
    """
    where = "ops.histogram"
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < 0:
        raise ConfigError(
            message(
                where, f"Argument `bins` should be a non-negative integer, got {bins!r}"
            )
        )
    if range and len(range) != 2:
        raise ConfigError(
            message(
                where, f"Argument `range` must be a tuple of two elements, got {range}"
            )
        )
    if range and range[1] < range[0]:
        raise ConfigError(
            message(
                where,
                "The second element of `range` must be greater than the first, got "
                f"{range}",
            )
        )
    values = jnp.asarray(x)
    if values.ndim > 1:
        raise ShapeError(
            message(
                where,
                f"Input tensor must be 1-dimensional, got shape {values.shape}",
                "make it flat with ops.ravel",
            )
        )
    counts, edges = jnp.histogram(values, bins, range or None)
    return counts, edges


def select(
    condlist: Sequence[ArrayLike],
    choicelist: Sequence[ArrayLike],
    default: ArrayLike = 0,
) -> jax.Array:
    """Takes, element by element, the first choice whose condition is true.

    Args:
        condlist: conditions.
        choicelist: as many arrays.
        default: where no condition is true.

    Example:
        >>> select([[True, False]], [[1, 2]], default=9)
        Array([1, 9], dtype=int32)
    """
    return jnp.select(
        [jnp.asarray(c, bool) for c in condlist],
        [jnp.asarray(c) for c in choicelist],
        jnp.asarray(default),
    )
