"""StableHLO files: a model that JAX runs without the model's code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from saccade.core._errors import ConfigError, SavingError, ShapeError, message
from saccade.core._lazy import optional_import
from saccade.saving._files import replacing

from ._inputs import find_inputs
from ._trace import Inference, free_sizes

if TYPE_CHECKING:
    from saccade.models import Model

PLATFORMS = ("cpu", "cuda", "tpu")
# Calls of code outside the file that may be in one: XLA's own, by name.
_KNOWN_CALLS = frozenset(
    {
        "Sharding", "SPMDFullToShardShape", "SPMDShardToFullShape", "TopK",
        "ApproxTopK", "PartialReduce", "shape_assertion", "stablehlo.dynamic_top_k",
        "stablehlo.dynamic_reduce_window",
    }
)  # fmt: skip


def write_stablehlo(
    model: Model, path: Path, signature: Any, platforms: Sequence[str] = PLATFORMS
) -> None:
    """Writes a model as a StableHLO program with its weights.

    Args:
        model: the model, built.
        path: the file.
        signature: see `export_model`.
        platforms: where it shall run: 'cpu', 'cuda', 'rocm', 'tpu'.

    Raises:
        ConfigError: an unknown platform, or a layer that needs fixed sizes.
    """
    where = f"export: {model._where}"
    known = ("cpu", "cuda", "rocm", "tpu")
    platforms = (platforms,) if isinstance(platforms, str) else tuple(platforms)
    wrong = [name for name in platforms if name not in known]
    if wrong or not platforms:
        raise ConfigError(
            message(
                where, f"`platforms` must be some of {', '.join(known)}, got {wrong}"
            )
        )
    _require_flatbuffers(where)
    inputs = find_inputs(model, signature, where)
    inference = Inference(model, inputs, where)

    def run(*arguments: Any) -> Any:
        return inference(*arguments)

    run.__name__ = re.sub(r"\W", "_", model.name)
    with (
        free_sizes(
            inputs,
            lambda: jax.eval_shape(run, *inputs.arguments(inputs.examples())),
            where,
        ),
        _without_places(),
    ):
        exported = jax.export.export(jax.jit(run), platforms=platforms)(
            *inputs.arguments(inputs.specs())
        )
    content = exported.serialize()
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def _without_places() -> Iterator[None]:
    """Keeps the names of files on this machine out of the program."""
    name = "jax_hlo_source_file_canonicalization_regex"
    before = getattr(jax.config, name)
    jax.config.update(name, ".*")
    try:
        yield
    finally:
        jax.config.update(name, before)


def _require_flatbuffers(where: str) -> None:
    optional_import("flatbuffers", extra="export", purpose=f"{where}: StableHLO")


class ExportedModel:
    """A model that was read from a StableHLO file; call it, or `predict`.

    Args:
        exported: JAX's object, for everything else.
        path: where it comes from, for messages.
    """

    def __init__(self, exported: jax.export.Exported, path: str) -> None:
        self.exported = exported
        self._path = path
        self._call = jax.jit(exported.call)

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.exported.fun_name

    @property
    def platforms(self) -> tuple[str, ...]:
        """Where it can run: 'cpu', 'cuda', 'rocm', 'tpu'."""
        return tuple(self.exported.platforms)

    @property
    def input_shape(self) -> Any:
        """Shapes of the inputs, None where any size will do."""
        args, _ = jax.tree.unflatten(self.exported.in_tree, self._shapes("in_avals"))
        return args[0] if len(args) == 1 else args

    @property
    def output_shape(self) -> Any:
        """Shapes of the outputs, None where a size follows from the inputs."""
        return jax.tree.unflatten(self.exported.out_tree, self._shapes("out_avals"))

    def _shapes(self, which: str) -> list[tuple[int | None, ...]]:
        return [
            tuple(size if isinstance(size, int) else None for size in aval.shape)
            for aval in getattr(self.exported, which)
        ]

    def __call__(self, *inputs: Any) -> Any:
        """Computes the outputs.

        Args:
            *inputs: what the model takes: an array, a list, or a dict by name.

        Raises:
            ConfigError: other inputs than the model has.
            ShapeError: an input of another shape.
        """
        expected, _ = jax.tree.unflatten(self.exported.in_tree, self.exported.in_avals)
        leaves, tree = jax.tree.flatten(tuple(inputs))
        if tree != jax.tree.structure(expected):
            raise ConfigError(
                message(
                    self._where,
                    f"expected inputs of the form {_form(expected)}, got "
                    f"{_form(tuple(inputs))}",
                )
            )
        arrays = [
            self._fitted(np.asarray(x) if not isinstance(x, jax.Array) else x, aval)
            for x, aval in zip(leaves, self.exported.in_avals, strict=True)
        ]
        return self._call(*jax.tree.unflatten(tree, arrays))

    def _fitted(self, x: Any, aval: Any) -> jax.Array:
        fits = len(x.shape) == len(aval.shape) and all(
            a == b or not isinstance(b, int)
            for a, b in zip(x.shape, aval.shape, strict=True)
        )
        if not fits:
            raise ShapeError(
                message(
                    self._where,
                    f"expected an input of shape {aval.shape}, got {tuple(x.shape)}",
                )
            )
        return jnp.asarray(x, aval.dtype)

    def predict(self, x: Any, batch_size: int = 32) -> Any:
        """Computes the outputs batch by batch, as NumPy arrays.

        Args:
            x: an array, or a list or dict of them.
            batch_size: rows at a time.
        """
        rows = len(jax.tree.leaves(x)[0])
        parts = [
            jax.tree.map(
                np.asarray,
                self(jax.tree.map(lambda a, i=i: a[i : i + batch_size], x)),
            )
            for i in range(0, rows, batch_size)
        ]
        return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)

    @property
    def _where(self) -> str:
        return f"ExportedModel {self.name!r} of {self._path!r}"

    def __repr__(self) -> str:
        return (
            f"<ExportedModel name={self.name}, input_shape={self.input_shape}, "
            f"platforms={', '.join(self.platforms)}>"
        )


def _form(nest: Any) -> str:
    if isinstance(nest, Mapping):
        return "{" + ", ".join(f"{k!r}: {_form(v)}" for k, v in nest.items()) + "}"
    if isinstance(nest, (list, tuple)):
        return "[" + ", ".join(map(_form, nest)) + "]"
    return "array"


def load_exported(filepath: str | Path) -> ExportedModel:
    """Reads a StableHLO file that `model.export(..., format="stablehlo")` wrote.

    Nothing of the model's code is needed. The same file can be read with JAX alone:
    `jax.export.deserialize(Path(filepath).read_bytes()).call(x)`.

    Args:
        filepath: the file.

    Raises:
        SavingError: no such file, another kind of file, or one that calls code outside
            of itself.

    Differs from Keras: not in Keras.

    Example:
        >>> import tempfile; from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.export(f"{folder}/model.stablehlo", verbose=False)
        ...     load_exported(f"{folder}/model.stablehlo")(np.ones((5, 2))).shape
        (5, 1)
    """
    path = Path(filepath)
    if not path.is_file():
        raise SavingError(message("load_exported", f"there is no file {str(path)!r}"))
    _require_flatbuffers("load_exported")
    try:
        exported = jax.export.deserialize(bytearray(path.read_bytes()))
        calls = _foreign_calls(exported)
    except Exception as error:  # flatbuffers and MLIR raise anything
        raise SavingError(
            message(
                "load_exported",
                f"{str(path)!r} is no StableHLO file of JAX "
                f"({type(error).__name__}: {error})",
                "write one with model.export(path, format='stablehlo')",
            )
        ) from error
    if calls:
        raise SavingError(
            message(
                "load_exported",
                f"the program in {str(path)!r} calls code outside of it: "
                f"{', '.join(sorted(calls))}",
                "files that saccade writes do not; if you trust it, read it with "
                "jax.export.deserialize",
            )
        )
    return ExportedModel(exported, str(path))


def _foreign_calls(exported: jax.export.Exported) -> set[str]:
    # Names of operations stand in the file as text; most programs have no calls, and
    # printing one with all its weights takes long.
    if b"custom_call" not in bytes(exported.mlir_module_serialized):
        return set()
    found = re.findall(r"custom_call @\"?([^\s(\"]+)", exported.mlir_module())
    return {name for name in found if name not in _KNOWN_CALLS}
