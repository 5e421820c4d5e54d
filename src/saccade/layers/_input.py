"""Input, InputLayer and InputSpec: what a layer may be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from saccade.core._dtypes import standardize_dtype
from saccade.core._errors import ConfigError, ShapeError, message
from saccade.core._symbolic import KerasTensor, Node, Shape
from saccade.layers._layer import Layer

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class InputLayer(Layer):
    """The place where data enter a model.

    Args:
        shape: the shape of one sample, without the batch axis.
        batch_size: the fixed size of the batch, if any.
        dtype: the type that data are cast to; None for the global float type.
        sparse: kept for Keras; must be False or None.
        ragged: kept for Keras; must be False or None.
        batch_shape: the shape with the batch axis, instead of `shape`.
        input_tensor: a placeholder to take the shape and type from.
        optional: kept for Keras.
        name: its name.

    Raises:
        ConfigError: neither or both of `shape` and `batch_shape`.

    Differs from Keras: sparse and ragged inputs are not supported.

    Example:
        >>> InputLayer(shape=(28, 28, 1)).batch_shape
        (None, 28, 28, 1)
    """

    def __init__(
        self,
        shape: Sequence[int | None] | int | None = None,
        batch_size: int | None = None,
        dtype: DTypeLike | None = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Sequence[int | None] | None = None,
        input_tensor: KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: object,
    ) -> None:
        input_shape = kwargs.pop("input_shape", None)
        batch_shape = kwargs.pop("batch_input_shape", None) or batch_shape  # type: ignore[assignment]
        super().__init__(name=name, **kwargs)  # type: ignore[arg-type]
        if shape is None and input_shape is not None:
            shape = input_shape  # type: ignore[assignment]
        if input_tensor is not None:
            batch_shape, dtype = input_tensor.shape, dtype or input_tensor.dtype
            shape = None
        _check_one_shape(self.name, shape, batch_shape, batch_size)
        if sparse or ragged:
            raise ConfigError(
                message(f"Input {self.name!r}", "sparse and ragged are not supported")
            )
        if shape is not None:
            sample = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *sample)
        self.batch_shape: Shape = _checked_shape(batch_shape or (), self.name)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.optional = optional
        self.input_dtype = standardize_dtype(dtype)
        self.built = True
        tensor = input_tensor
        if tensor is None:
            tensor = KerasTensor(self.batch_shape, self.input_dtype, name=name)
        Node(self, (), {}, tensor)

    @property
    def dtype(self) -> str:
        """The type that data are cast to."""
        return self.input_dtype

    def call(self) -> None:
        """Does nothing: data pass through."""

    def get_config(self) -> dict[str, object]:
        """Returns the constructor's arguments."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def _check_one_shape(
    name: str, shape: object, batch_shape: object, batch_size: int | None
) -> None:
    """Raises unless the shape is given in exactly one way."""
    problem = None
    if shape is None and batch_shape is None:
        problem = "pass a `shape` argument. It has none"
    elif shape is not None and batch_shape is not None:
        problem = (
            "cannot pass both `shape` and `batch_shape`, got "
            f"shape={shape!r}, batch_shape={batch_shape!r}"
        )
    elif batch_shape is not None and batch_size is not None:
        problem = (
            "cannot pass both `batch_size` and `batch_shape`, got "
            f"batch_size={batch_size!r}, batch_shape={batch_shape!r}"
        )
    if problem is not None:
        fix = "for pictures of 28x28 pixels and one channel: shape=(28, 28, 1)"
        raise ConfigError(message(f"Input {name!r}", problem, fix))


def _checked_shape(shape: Sequence[int | None], name: str) -> Shape:
    for size in shape:
        if size is not None and (isinstance(size, bool) or int(size) < 0):
            raise ConfigError(
                message(
                    f"Input {name!r}",
                    f"sizes must be None or ints >= 0, got {tuple(shape)!r}",
                )
            )
    return tuple(None if s is None else int(s) for s in shape)


def Input(
    shape: Sequence[int | None] | int | None = None,
    batch_size: int | None = None,
    dtype: DTypeLike | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: KerasTensor | None = None,
    optional: bool = False,
) -> KerasTensor:
    """Returns a placeholder for the data that enter a model.

    Args:
        shape: the shape of one sample, without the batch axis.
        batch_size: the fixed size of the batch, if any.
        dtype: the type that data are cast to; None for the global float type.
        sparse: kept for Keras; must be False or None.
        ragged: kept for Keras; must be False or None.
        batch_shape: the shape with the batch axis, instead of `shape`.
        name: its name.
        tensor: a placeholder to take the shape and type from.
        optional: kept for Keras.

    Raises:
        ConfigError: neither or both of `shape` and `batch_shape`.

    Example:
        >>> Input((28, 28, 1)).shape
        (None, 28, 28, 1)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        input_tensor=tensor,
        optional=optional,
        name=name,
    )
    return layer.output


class InputSpec:
    """What a layer expects of an input.

    Args:
        dtype: the type, if it matters.
        shape: the whole shape, None where a size is free.
        ndim: the number of axes.
        max_ndim: the largest number of axes.
        min_ndim: the smallest number of axes.
        axes: size of single axes, {axis: size}.
        allow_last_axis_squeeze: kept for Keras.
        name: the input's name.
        optional: kept for Keras.

    Example:
        >>> InputSpec(min_ndim=2, axes={-1: 5}).axes
        {-1: 5}
    """

    def __init__(
        self,
        dtype: DTypeLike | None = None,
        shape: Sequence[int | None] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape: Shape | None = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def check(self, shape: Sequence[int | None], where: str) -> None:
        """Raises if a shape does not meet the expectation.

        Raises:
            ShapeError: with the layer, what was expected and what was got.
        """
        got = tuple(shape)
        for wrong, expected in (
            (self.ndim is not None and len(got) != self.ndim, f"{self.ndim} axes"),
            (
                self.min_ndim is not None and len(got) < self.min_ndim,
                f"at least {self.min_ndim} axes",
            ),
            (
                self.max_ndim is not None and len(got) > self.max_ndim,
                f"at most {self.max_ndim} axes",
            ),
        ):
            if wrong:
                raise ShapeError(
                    message(
                        where,
                        f"expected an input with {expected} (with the batch), got "
                        f"shape {got}",
                        _rank_hint(self.ndim or self.min_ndim, got),
                    )
                )
        for axis, size in self.axes.items():
            if size is not None and got[axis] not in (size, None):
                raise ShapeError(
                    message(
                        where,
                        f"expected size {size} on axis {axis} of the input, got shape "
                        f"{got}",
                        "give data of the width that the layer was built for, or "
                        "build a new model for these data",
                    )
                )
        for want, size in zip(self.shape or (), got, strict=False):
            if want is not None and size is not None and want != size:
                raise ShapeError(
                    message(where, f"expected shape={self.shape}, found shape={got}")
                )


def _rank_hint(expected: int | None, got: Sequence[int | None]) -> str | None:
    if expected == 4 and len(got) == 3:
        return (
            "pictures need a channel axis: for grey ones use "
            "x.reshape(-1, height, width, 1) or x[..., None]; a single picture needs "
            "a batch axis: x[None]"
        )
    if expected == 2 and len(got) == 1:
        return "one sample needs a batch axis: x[None], or x.reshape(1, -1)"
    if expected is None:
        return None
    before = "Flatten" if expected == 2 else "Reshape"
    return f"give data with {expected} axes, or put a {before} layer before this one"
