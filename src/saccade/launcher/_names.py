"""The tables of the launcher: what is called what, and what to use instead.

Only data belong here. Places are written as seen from Keras: "layers.core" stands for
`keras.layers.core` and `tensorflow.keras.layers.core` alike.
"""

from __future__ import annotations

KERAS_VERSION = "3.15.1"
"""The version whose API is followed; programs read it as `keras.__version__`."""

TENSORFLOW_VERSION = "2.21.0"
"""The TensorFlow that goes with it. Digits only, so that `int(part)` checks work."""

ROOTS = ("keras", "tensorflow")

MOVED: dict[str, str] = {
    "engine.sequential": "models",
    "engine.training": "models",
    "layers.advanced_activations": "layers",
    "layers.convolutional": "layers",
    "layers.core": "layers",
    "layers.embeddings": "layers",
    "layers.experimental": "layers",
    "layers.experimental.preprocessing": "layers",
    "layers.merge": "layers",
    "layers.noise": "layers",
    "layers.normalization": "layers",
    "layers.pooling": "layers",
    "layers.preprocessing": "layers",
    "optimizers.experimental": "optimizers",
    "optimizers.legacy": "optimizers",
    "utils.data_utils": "utils",
    "utils.generic_utils": "utils",
    "utils.np_utils": "utils",
}
"""Places of older Keras versions and where their names are now."""

KERAS_HINTS: dict[str, str] = {
    "applications": "ready-made networks are not in saccade yet; build one from "
    "keras.layers",
    "distribution": "saccade trains on one device; leave it out",
    "engine": "Keras keeps no public names there; layers are in keras.layers, "
    "Model and Sequential in keras.models",
    "wrappers.scikit_learn": "it was taken out of Keras; use "
    "keras.wrappers.SKLearnClassifier or SKLearnRegressor",
}
"""What to use instead, where the nearest spelling would mislead."""

PRIVATE: dict[str, str] = {
    "tensorflow.python.client": "tf.config.list_physical_devices() lists the devices",
    "tensorflow.python.keras": "import from the public place, tensorflow.keras",
    "tensorflow.python": "TensorFlow's private code is not part of saccade; import "
    "from the public place, without 'python'",
}
"""Private code of TensorFlow and the public place."""

_DATA = (
    "tf.data.Dataset.from_tensor_slices, from_generator and list_files make data sets; "
    "keras.utils.image_dataset_from_directory one of the pictures in a folder"
)
_RECORDS = (
    "read the file with Python and make a data set with "
    "tf.data.Dataset.from_generator or from_tensor_slices"
)
_GRAPH = "programs of TensorFlow 1 (graphs and sessions) are not supported"
_IMAGE = (
    "use a layer (keras.layers.Resizing, Rescaling, RandomFlip, ...), keras.ops.image "
    "or PIL"
)

TENSORFLOW_HINTS: dict[str, str] = {
    "Graph": _GRAPH,
    "RaggedTensor": "pad the rows to one length and use an array",
    "Session": _GRAPH,
    "SparseTensor": "use an array",
    "contrib": _GRAPH,
    "data": _DATA,
    "data.FixedLengthRecordDataset": _RECORDS,
    "data.TFRecordDataset": _RECORDS,
    "data.TextLineDataset": _RECORDS,
    "data.experimental.make_csv_dataset": "pandas.read_csv, then "
    "tf.data.Dataset.from_tensor_slices(dict(table))",
    "distribute": "saccade trains on one device; leave the strategy out",
    "estimator": "use keras.Sequential and fit()",
    "feature_column": "make the columns numbers with pandas first",
    "image": _IMAGE,
    "io": "read files with Python's open(), PIL.Image.open() or numpy.load()",
    "io.TFRecordWriter": "numpy.savez keeps arrays",
    "io.parse_single_example": _RECORDS,
    "io.gfile": "use Python's open(), os and glob",
    "lite": "saccade does not write TensorFlow Lite files",
    "placeholder": "keras.Input(shape=...)",
    "saved_model": "model.save_weights() and model.load_weights() keep a model",
    "set_random_seed": "tf.random.set_seed(seed)",
    "strings": "use Python's str",
    "summary": "keras.callbacks.CSVLogger keeps the curves",
    "train": "use model.save_weights(), model.load_weights() and "
    "keras.callbacks.ModelCheckpoint",
    "while_loop": "jax.lax.while_loop",
}
"""What to use instead of TensorFlow's own; the longest prefix of a call counts."""
