"""Operations on placeholders: what `keras.ops` does when there are no data yet.

Each door of this package calls `open_door` at its end, which puts a thin function
before each operation: arrays go straight on, placeholders are noted in a `Node`. So the
operations themselves see arrays only. What an operation computes must not go here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, ClassVar, Self

import jax

from saccade.core import _names, _registry
from saccade.core._errors import SaccadeError, ShapeError, message
from saccade.core._symbolic import KerasTensor, Node, Operation, infer, operators
from saccade.saving import _objects

Function = Callable[..., Any]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Arguments that are data. The rest says how to compute, and belongs to the config.
_DATA = _words(
    """
    a b array x x1 x2 xs y q input inputs images image1 image2 volumes kernel
    depthwise_kernel pointwise_kernel target output targets predictions indices
    values updates condition condlist choicelist default mean variance offset scale
    gamma beta variable operands tensor data segment_ids bins fill_value key query
    value mask bias transform coordinates start_points end_points start stop step
    start_indices elems init init_val loop_vars sorted_sequence
    """
)
_ALSO_DATA = {
    "average": {"weights"}, "isclose": {"rtol", "atol"}, "pad": {"constant_values"},
}  # fmt: skip
# Functions that look at shapes and types only, or leave JAX.
_PLAIN = frozenset(
    {"convert_to_numpy", "dtype", "is_tensor", "ndim", "shape", "custom_gradient"}
)
_CORE = _words(
    """
    associative_scan cast convert_to_tensor fori_loop map saturate_cast scan scatter
    scatter_update slice slice_update stop_gradient switch unstack vectorized_map
    while_loop cond
    """
)
# Keras' class names that do not follow from the function's.
_CLASS_NAMES = {
    "abs": "Absolute", "allclose": "AllClose", "batch_normalization": "BatchNorm",
    "cdist": "CDist", "ctc_decode": "CTCDecode", "ctc_loss": "CTCLoss",
    "extract_patches_3d": "ExtractPatches", "fft": "FFT", "fft2": "FFT2",
    "hard_swish": "HardSilu", "hsv_to_rgb": "HSVToRGB", "ifft2": "IFFT2",
    "irfft": "IRFFT", "isin": "IsIn", "istft": "ISTFT",
    "layer_normalization": "LayerNorm", "psnr": "PSNR", "rfft": "RFFT",
    "rgb_to_grayscale": "RGBToGrayscale", "rgb_to_hsv": "RGBToHSV",
    "rms_normalization": "RMSNorm", "searchsorted": "SearchSorted", "ssim": "SSIM",
    "stft": "STFT", "svd": "SVD", "swish": "Silu",
}  # fmt: skip
_OPERATORS = (
    "absolute", "add", "divide", "floor_divide", "get_item", "greater",
    "greater_equal", "less", "less_equal", "logical_and", "logical_not", "logical_or",
    "logical_xor", "matmul", "mod", "multiply", "negative", "not_equal", "power",
    "reshape", "round", "squeeze", "subtract", "transpose",
)  # fmt: skip

# Operations whose results are known to go row by row, so that a last, smaller batch
# can be filled up; the rest is only slower there.
_ELEMENTWISE = _words(
    """
    Absolute Add Cast Ceil Celu Clip Cos Divide DivideNoNan Elu Equal Erf Exp Floor
    FloorDivide Gelu Greater GreaterEqual HardSigmoid HardSilu HardTanh LeakyRelu
    Less LessEqual Log Log10 Log1p Log2 LogSigmoid LogicalAnd LogicalNot LogicalOr
    LogicalXor Maximum Minimum Mod Multiply Negative NotEqual OnesLike Power
    Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Silu Sin Softplus Softsign
    Sqrt Square StopGradient Subtract Tan Tanh Where ZerosLike
    """
)
_OVER_AXES = _words(
    """
    All Amax Amin Any Argmax Argmin Concatenate Flip LogSoftmax Logsumexp Max Mean
    Median Min Normalize Prod Std Sum Var
    """
)

_opened: dict[int, Function] = {}


class OpCall(Operation):
    """One of `keras.ops` in a graph, with the arguments that are no data.

    Args:
        name: its name; None for the class's name and a number.
        **config: the arguments that are no data.
    """

    function: ClassVar[Function]
    signature: ClassVar[inspect.Signature]
    data: ClassVar[tuple[str, ...]]
    trainable = True

    def __init__(self, name: str | None = None, **config: Any) -> None:
        super().__init__(name)
        self._config = config

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes, or notes the call if there are placeholders."""
        if not _symbolic(args) and not _symbolic(kwargs.values()):
            with _names.name_scope(self.name):
                return self.call(*args, **kwargs)
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes with the data given and the stored arguments."""
        bound = inspect.BoundArguments(
            self.signature,
            self._arguments(args, kwargs),  # type: ignore[arg-type]
        )
        return type(self).function(*bound.args, **bound.kwargs)

    def _arguments(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        given = {**self._config, **kwargs}
        for number, name in enumerate(self.data):
            kind = self.signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                given[name] = args[number:]
            elif number < len(args):
                given[name] = args[number]
        return {n: given[n] for n in self.signature.parameters if n in given}

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns placeholders for what the operation returns.

        Raises:
            ShapeError: the shapes do not fit.
        """
        try:
            return infer(self.call, args, kwargs)
        except (IndexError, TypeError, ValueError) as error:
            if isinstance(error, SaccadeError) or not _about_shapes(error):
                raise
            found = [x for x in jax.tree.leaves(args) if isinstance(x, KerasTensor)]
            shapes = " and ".join(str(tensor.shape) for tensor in found)
            name = getattr(type(self).function, "__name__", self.name)
            raise ShapeError(
                message(f"ops.{name}", f"got shapes {shapes}: {error}")
            ) from error

    @property
    def rows_independent(self) -> bool:
        """Whether each row of the result depends on that row of the data alone."""
        return _keeps_rows(self)

    def __repr__(self) -> str:
        return f"<Operation {type(self).__name__} name={self.name}>"

    def get_config(self) -> dict[str, Any]:
        """Returns the name and the arguments that are no data."""
        return {"name": self.name, **self._config}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes the operation from `get_config()`."""
        return cls(**_objects.deserialize_keras_object(dict(config)))


def _about_shapes(error: Exception) -> bool:
    """Whether an error of JAX says that shapes do not fit, which is a ValueError."""
    if not isinstance(error, TypeError):
        return True
    words = ("broadcast", "dimension", "permutation", "shape", "size")
    return any(word in str(error) for word in words)


def _keeps_rows(operation: OpCall) -> bool:
    kind = type(operation).__name__
    tensors = [t for node in operation._inbound_nodes for t in node.inputs]
    ranks = {tensor.ndim for tensor in tensors}
    if kind in _ELEMENTWISE:
        return len(ranks) == 1
    if kind == "Softmax" or kind in _OVER_AXES:
        axes = operation._config.get("axis")
        axes = [axes] if isinstance(axes, int) else axes
        return bool(axes) and all(a != 0 and -a not in ranks for a in axes)
    return False


def _call_symbolic(cls: type[OpCall], args: Any, kwargs: Any) -> Any:
    """Splits the arguments of a function into data and config, and notes the call."""
    bound = cls.signature.bind(*args, **kwargs)
    bound.apply_defaults()
    config: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if cls.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            config.update(value)
        elif name not in cls.data:
            (named if _symbolic([value]) else config)[name] = value
    data: list[Any] = []
    for name in cls.data:
        parameter = cls.signature.parameters[name]
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            data.extend(bound.arguments[name])
        else:
            data.append(bound.arguments[name])
    while data and data[-1] is None:
        data.pop()
    return cls(**config)(*data, **named)


def _symbolic(values: Iterable[Any]) -> bool:
    """Whether there is a placeholder; quicker than walking a tree of JAX."""
    for value in values:
        kind = type(value)
        if (
            kind is KerasTensor
            or ((kind is list or kind is tuple) and _symbolic(value))
            or (kind is dict and _symbolic(value.values()))
        ):
            return True
    return False


def open_door(
    names: MutableMapping[str, Any], public: Iterable[str], place: str | None = None
) -> None:
    """Lets the public functions of a door take placeholders.

    Args:
        names: the door's names, which are replaced.
        public: those that count.
        place: where Keras keeps the classes of these operations ('numpy', 'nn');
            None for what is in no door below.
    """
    for name in public:
        function = names.get(name)
        if inspect.isfunction(function) and name not in _PLAIN:
            names[name] = symbolic(function, name, place)


def symbolic(function: Function, name: str, place: str | None = None) -> Function:
    """Returns the function with a branch for placeholders before it.

    Args:
        function: takes and returns arrays.
        name: its public name.
        place: where Keras keeps the class of the operation.
    """
    known = _opened.get(id(function))
    if known is not None:
        return known
    cls = _operation_class(function, name, place)

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if _symbolic(args) or _symbolic(kwargs.values()):
            return _call_symbolic(cls, args, kwargs)
        return function(*args, **kwargs)

    # Both ids: a door may open what another opened already.
    _opened[id(function)] = _opened[id(run)] = run
    return run


def _operation_class(function: Function, name: str, place: str | None) -> type[OpCall]:
    place = place or ("core" if name in _CORE else "math")
    class_name = _CLASS_NAMES.get(name, "".join(map(str.capitalize, name.split("_"))))
    signature = inspect.signature(function)
    data = _DATA | _ALSO_DATA.get(name, set())
    cls = type(
        class_name,
        (OpCall,),
        {
            "function": staticmethod(function),
            "signature": signature,
            "data": tuple(n for n in signature.parameters if n in data),
            "__doc__": function.__doc__,
            "__module__": __name__,
        },
    )
    _registry.export(f"keras.src.ops.{place}", {class_name: cls})
    return cls


def fill_operators(names: Mapping[str, Any]) -> None:
    """Says what `+`, `[]` and the like do on placeholders."""
    operators.update({name: names[name] for name in _OPERATORS})
