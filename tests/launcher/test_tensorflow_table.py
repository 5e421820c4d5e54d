"""The shim's arithmetic gives what TensorFlow gave when it was recorded."""

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

RECORD = json.loads(
    (Path(__file__).parents[1] / "data" / "tensorflow_calls.json").read_text()
)
# JAX computes in 32 bits unless told otherwise.
TYPES = {"n": "int32", "u": "uint8"}
NARROWED = {"int64": "int32", "float64": "float32"}


@pytest.mark.parametrize("expression", RECORD["calls"])
def test_gives_what_tensorflow_gives(expression: str, tf: ModuleType) -> None:
    names: dict[str, object] = {"tf": tf}
    for name, value in RECORD["inputs"].items():
        names[name] = np.array(value, TYPES.get(name, "float32"))
    expected = RECORD["calls"][expression]

    got = np.asarray(eval(expression, names))

    kind = NARROWED.get(expected["dtype"], expected["dtype"])
    assert NARROWED.get(got.dtype.name, got.dtype.name) == kind
    np.testing.assert_allclose(
        got.astype(np.float64),
        np.array(expected["value"], np.float64),
        rtol=2e-6,
        atol=1e-4 if "tf.image" in expression else 1e-6,  # values up to 255
    )


def test_every_recorded_table_name_exists(tf: ModuleType) -> None:
    for name in ("float32", "int64", "bool", "bfloat16", "Tensor", "newaxis"):
        assert name in dir(tf)
    assert tf.float32 == np.float32
    assert tf.float32.name == "float32"
    assert tf.constant([1.0]).dtype == tf.float32
    assert isinstance(tf.constant([1.0]), tf.Tensor)
    assert not isinstance(np.ones(1), tf.Tensor)
