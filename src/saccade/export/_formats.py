"""Which file an export writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from saccade.core import _output
from saccade.core._errors import (
    ArgumentTypeError,
    ConfigError,
    NotBuiltError,
    UnsupportedFeatureError,
    message,
    unknown_name,
)

from ._onnx import write_onnx
from ._stablehlo import write_stablehlo

if TYPE_CHECKING:
    from saccade.models import Model

FORMATS = {"onnx": write_onnx, "stablehlo": write_stablehlo}
"""The formats, and what writes each."""
_SUFFIXES = {".onnx": "onnx", ".stablehlo": "stablehlo", ".jax": "stablehlo"}
# What Keras writes as well, and what to do instead.
_INSTEAD = {
    "tf_saved_model": "format='onnx' for other programs, or 'stablehlo' for JAX; to "
    "serve with TensorFlow, save a '.keras' file and export that with Keras",
    "openvino": "format='onnx': OpenVINO reads it (openvino.convert_model)",
    "litert": "format='onnx', which ONNX Runtime runs on phones; for LiteRT save a "
    "'.keras' file and export that with Keras",
    "torch": "format='onnx'; for a torch.export file save a '.keras' file and export "
    "that with Keras on PyTorch",
}
_OPTIONS = {"onnx": {"opset_version"}, "stablehlo": {"platforms"}}


def export_model(
    model: Model,
    filepath: str | Path,
    format: str | None = None,
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Writes what a model computes, with its weights, for use without its code.

    The number of rows of a batch stays free; all other sizes are those of the model's
    inputs. Training, losses and optimizers are not in the file.

    Args:
        model: the model, built.
        filepath: the file, put in place as a whole.
        format: 'onnx' for ONNX Runtime and many others, or 'stablehlo' for
            `load_exported` and JAX on CPU, GPU and TPU; None for what the file's
            name ends in.
        verbose: whether to print where the file is; None for True.
        input_signature: shapes and types that replace those of the inputs:
            `keras.InputSpec`s, placeholders or arrays, one for each input.
        **kwargs: `opset_version` for ONNX, which must be 18; `platforms` for
            StableHLO, ("cpu", "cuda", "tpu") if not given.

    Raises:
        UnsupportedFeatureError: a format of Keras that is not here, or an operation
            that the format has no word for; the message names it and the layer.
        ConfigError: no format is given or another, or a wrong signature.
        NotBuiltError: the model has no weights or no known inputs yet.

    Differs from Keras: 'stablehlo' is new; no format is used unasked, since Keras'
        own, 'tf_saved_model', needs TensorFlow.

    Example:
        >>> import tempfile; from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     export_model(model, f"{folder}/model.onnx", verbose=False)
        ...     Path(f"{folder}/model.onnx").exists()
        True
    """
    path = Path(filepath)
    where = f"export: {model._where}"
    chosen = _chosen(format, path, where)
    unknown = set(kwargs) - _OPTIONS[chosen]
    if unknown:
        known = ", ".join(sorted(_OPTIONS[chosen]))
        raise ArgumentTypeError(
            message(
                where,
                f"format {chosen!r} takes no argument {sorted(unknown)[0]!r}",
                f"it takes: {known}",
            )
        )
    if path.is_dir():
        raise ConfigError(
            message(
                where,
                f"{str(path)!r} is a folder",
                f"give a file, such as {str(path / f'model.{chosen}')!r}",
            )
        )
    if not model.built:
        raise NotBuiltError(
            message(
                where,
                "the model has no weights yet",
                "give it an `Input(shape)`, or call build() or fit() first",
            )
        )
    FORMATS[chosen](model, path, input_signature, **kwargs)
    if verbose or verbose is None:
        _output.print_line(f"Exported {model.name!r} as {chosen} to {str(path)!r}.")


def _chosen(format: str | None, path: Path, where: str) -> str:
    if format is None:
        found = _SUFFIXES.get(path.suffix.lower())
        if found is None:
            raise ConfigError(
                message(
                    where,
                    f"no format is given, and the name {path.name!r} does not say one",
                    "format='onnx' or format='stablehlo', or a name that ends in "
                    "'.onnx' or '.stablehlo'; Keras' own, 'tf_saved_model', needs "
                    "TensorFlow",
                )
            )
        return found
    if format in _INSTEAD:
        raise UnsupportedFeatureError(
            message(where, f"the format {format!r} is not written", _INSTEAD[format])
        )
    if format not in FORMATS:
        raise ConfigError(
            unknown_name(f"{where}: Unrecognized format={format!r}", format, FORMATS)
        )
    return format
