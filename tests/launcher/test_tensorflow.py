"""What the shim refuses, and how."""

import os
from types import ModuleType

import pytest

from saccade.core._errors import SaccadeError
from saccade.launcher import UnavailableNameError

REFUSED = {
    "while_loop": "tf.while_loop: this is TensorFlow's own and not part of saccade."
    "\nFix: jax.lax.while_loop.",
    "data.TFRecordDataset": "tf.data.TFRecordDataset: this is TensorFlow's own and not "
    "part of saccade.\nFix: read the file with Python and make a data set with "
    "tf.data.Dataset.from_generator or from_tensor_slices.",
    "data.Datasets": "tf.data.Dataset.from_tensor_slices, from_generator and ",
    "io.matching_files": "read files with Python's open()",
    "saved_model": "model.save_weights()",
    "Session": "programs of TensorFlow 1",
    "image.ssim": "tf.image.ssim: this is TensorFlow's own",
    # spelling, and the same name in another place
    "reduce_men": "Fix: the nearest there is: tf.reduce_mean.",
    "nn.relux": "Fix: the nearest there is: tf.nn.relu",
    "log": "Fix: the nearest there is: tf.math.log.",
    "config.list_physical_device": "the nearest there is: "
    "tf.config.list_physical_devices.",
    "set_random_seed": "Fix: tf.random.set_seed(seed).",
    "qqqqq": "Fix: use keras.ops, jax.numpy or NumPy.",
}


def find(module: ModuleType, call: str) -> object:
    value: object = module
    for part in call.split("."):
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("call", REFUSED)
def test_refuses_by_name_and_says_what_to_use(call: str, tf: ModuleType) -> None:
    with pytest.raises(UnavailableNameError) as caught:
        find(tf, call)
    assert REFUSED[call] in str(caught.value)
    assert str(caught.value).startswith(f"tf.{call}: ")
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, SaccadeError)


def test_hasattr_and_private_names_answer_as_modules_do(tf: ModuleType) -> None:
    assert not hasattr(tf, "while_loop")
    assert not hasattr(tf, "_ipython_display_")
    with pytest.raises(AttributeError, match=r"module 'tensorflow.nn' has no .*'_x'"):
        _ = tf.nn._x


def test_versions_pass_the_usual_checks(tf: ModuleType) -> None:
    assert tuple(int(part) for part in tf.__version__.split(".")) >= (2, 16, 0)
    assert tf.__version__ == tf.version.VERSION
    assert tf.version.GIT_VERSION.startswith("saccade ")


def test_second_names_of_keras_are_keras(tf: ModuleType) -> None:
    assert tf.optimizers is tf.keras.optimizers
    assert tf.compat.v1.keras is tf.keras


def test_every_namespace_lists_its_names(tf: ModuleType) -> None:
    assert {"nn", "math", "reduce_mean", "float32", "function"} <= set(dir(tf))
    assert {"relu", "softmax"} <= set(dir(tf.nn))
    assert os.path.isfile(str(tf.__file__))
