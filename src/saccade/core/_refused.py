"""Names of Keras that saccade leaves out, why, and what to use instead.

One table for the doors of the packages, the launcher and docs/compat.md. Names that
are to come do not belong here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dis import opmap
from types import FrameType
from typing import Any

from saccade.core._errors import (
    NotInSaccadeError,
    NotInSaccadeImportError,
    message,
    nearest,
)

# Why, and what to do instead.
_QUANTIZATION = (
    "quantization",
    "train with dtype='mixed_bfloat16', or quantize the exported ONNX file",
)
_RECURRENT = (
    "recurrent networks, for text and audio",
    "saccade is for pictures; use Keras itself for this program, or Conv1D, Conv3D or "
    "MultiHeadAttention over the steps",
)
_TEXT = (
    "text, audio and tables",
    "saccade is for pictures; prepare such data with NumPy or pandas before fit(), or "
    "use Keras itself",
)
_READERS = (
    "text, audio and tables",
    "image_dataset_from_directory reads pictures; tf.data.Dataset.from_tensor_slices "
    "and from_generator take any numbers",
)
_FRAMEWORKS = (
    "other frameworks",
    "write a Layer whose `call` uses jax.numpy or saccade.ops",
)
_PLUMBING = ("plumbing of Keras itself", "subclass Layer or Model")
_SCOPES = (
    "sharding of models too large for one device",
    "keras.distribution.DataParallel is the way for models that fit on one",
)
_SEVERAL = (
    "several optimizers in one",
    "write a train_step with an optimizer for each part of the model",
)
_LEGACY = (
    "formats of the first Keras 3 releases",
    "use keras.saving.serialize_keras_object and deserialize_keras_object",
)
_TABLES = ("statistics of tables", "compute it with NumPy from model.predict()")
_TREES = ("plumbing of Keras itself", "use jax.tree")
_EXPORT = ("TensorFlow's format", "use model.export(path, format='onnx')")
_SPARSE = ("not used in computer vision", "write it with jax.numpy")

_TABLE: dict[str, dict[tuple[str, str], str]] = {
    "keras": {
        _PLUMBING: "Function Operation SymbolicScope",
        _QUANTIZATION: "Quantizer quantizers",
        _LEGACY: "legacy",
    },
    "keras.activations": {
        _SPARSE: "hard_shrink soft_shrink sparse_plus sparse_sigmoid sparsemax "
        "squareplus tanh_shrink threshold",
    },
    "keras.callbacks": {
        ("other frameworks", "use ModelCheckpoint"): "OrbaxCheckpoint",
        ("servers that are told of each epoch", "use LambdaCallback"): "RemoteMonitor",
    },
    "keras.config": {
        ("other frameworks", "saccade runs on JAX alone; leave it out"): (
            "is_nnx_enabled set_backend"
        ),
    },
    "keras.datasets": {_TEXT: "boston_housing california_housing imdb reuters"},
    "keras.datasets.boston_housing": {_TEXT: "load_data"},
    "keras.datasets.california_housing": {_TEXT: "load_data"},
    "keras.datasets.imdb": {_TEXT: "get_word_index load_data"},
    "keras.datasets.reuters": {_TEXT: "get_label_names get_word_index load_data"},
    "keras.distribution": {
        _SCOPES: "LayoutMap ModelParallel TensorLayout distribute_tensor",
    },
    "keras.dtype_policies": {
        _QUANTIZATION: "AWQDTypePolicy GPTQDTypePolicy Int4DTypePolicy "
        "QuantizedDTypePolicy QuantizedFloat8DTypePolicy",
    },
    "keras.export": {_EXPORT: "ExportArchive"},
    "keras.initializers": {_TEXT: "STFT STFTInitializer stft"},
    "keras.layers": {
        _FRAMEWORKS: "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
        _RECURRENT: "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D GRU GRUCell LSTM "
        "LSTMCell RNN SimpleRNN SimpleRNNCell StackedRNNCells",
        _TEXT: "Discretization HashedCrossing Hashing IntegerLookup MelSpectrogram "
        "ReversibleEmbedding STFTSpectrogram StringLookup TextVectorization",
    },
    "keras.legacy": {_LEGACY: "saving"},
    "keras.legacy.saving": {
        _LEGACY: "deserialize_keras_object serialize_keras_object",
    },
    "keras.metrics": {
        _TABLES: "ConcordanceCorrelation PearsonCorrelation concordance_correlation "
        "pearson_correlation",
    },
    "keras.ops": {_TEXT: "extract_sequences istft stft"},
    "keras.optimizers": {_SEVERAL: "MultiOptimizer OptimizerMap"},
    "keras.preprocessing": {
        _TEXT: "sequence text",
        _READERS: "audio_dataset_from_directory text_dataset_from_directory "
        "timeseries_dataset_from_array",
    },
    "keras.preprocessing.sequence": {_TEXT: "pad_sequences"},
    "keras.quantizers": {
        _QUANTIZATION: "AWQConfig AbsMaxQuantizer Float8QuantizationConfig GPTQConfig "
        "Int4QuantizationConfig Int8QuantizationConfig QuantizationConfig Quantizer "
        "abs_max_quantize abs_max_quantize_grouped_with_zero_point "
        "compute_float8_amax_history compute_float8_scale deserialize "
        "fake_quant_with_min_max_vars get pack_int4 quantize_and_dequantize serialize "
        "unpack_int4",
    },
    "keras.saving": {
        ("plumbing of Keras itself", "use keras.saving.load_weights"): (
            "KerasFileEditor"
        ),
    },
    "keras.tree": {
        _TREES: "MAP_TO_NONE assert_same_paths lists_to_tuples map_shape_structure "
        "map_structure_up_to traverse",
    },
    "keras.utils": {
        _TEXT: "FeatureSpace pad_sequences",
        _READERS: "audio_dataset_from_directory text_dataset_from_directory "
        "timeseries_dataset_from_array",
        _LEGACY: "legacy",
    },
    "keras.utils.legacy": {
        _LEGACY: "deserialize_keras_object serialize_keras_object",
    },
}


def why_refused(namespace: str, name: str) -> tuple[str, str] | None:
    """Returns why a name of Keras is left out and what to use, None if it is not.

    Args:
        namespace: for example 'keras.layers'.
        name: for example 'LSTM'.

    Example:
        >>> why_refused("keras.layers", "LSTM")[0]
        'recurrent networks, for text and audio'
    """
    for why, names in _TABLE.get(namespace, {}).items():
        if name in names.split():
            return why
    return None


def refused_text(namespace: str, name: str) -> str | None:
    """Returns the text of the error for a name that is left out, else None.

    Example:
        >>> refused_text("keras.layers", "Dense") is None
        True
    """
    why = why_refused(namespace, name)
    if why is None:
        return None
    return message(f"{namespace}.{name}", f"left out of saccade: {why[0]}", why[1])


def door(package: str, known: Iterable[str] = ()) -> Callable[[str], Any]:
    """Returns the `__getattr__` of a package, which explains names it does not have.

    Args:
        package: for example 'saccade.layers'.
        known: the names there are, for the nearest one.

    Raises:
        NotInSaccadeError: by what it returns, when an attribute is asked for.
        NotInSaccadeImportError: by what it returns, in `from saccade.layers import x`.

    Example:
        >>> ask = door("saccade.layers", ["Dense"])
        >>> ask("Densee")
        Traceback (most recent call last):
        saccade.core._errors.NotInSaccadeError: module 'saccade.layers' has no ...
    """
    names = list(known)

    def explain(name: str) -> Any:
        raise error_for(package, name, names, sys._getframe(1))

    return explain


def error_for(
    package: str, name: str, known: Iterable[str], frame: FrameType
) -> NotInSaccadeError | NotInSaccadeImportError:
    """Returns the error for a name that a package does not have.

    Args:
        package: for example 'saccade.layers'.
        name: what was asked for.
        known: the names there are, for the nearest one.
        frame: who asks; `from ... import` needs an error of another kind.
    """
    public = not name.startswith("_")
    namespace = package.replace("saccade", "keras", 1)
    text = refused_text(namespace, name) if public else None
    if text is None:
        close = nearest(name, known) if public else []
        hint = f". Did you mean {close[0]!r}?" if close else ""
        text = f"module {package!r} has no attribute {name!r}{hint}"
    if _by_from(frame):
        return NotInSaccadeImportError(text, name=package)
    return NotInSaccadeError(text)


def _by_from(frame: FrameType) -> bool:
    """Whether a frame is at `from ... import name`.

    Python makes of an AttributeError there an ImportError of its own, without our text.
    """
    return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
