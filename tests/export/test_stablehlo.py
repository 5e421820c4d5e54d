"""StableHLO files run without the model's code; what else is in them does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade
from saccade import Input, Model, Sequential, layers
from saccade.core._errors import (
    ConfigError,
    SavingError,
    ShapeError,
    UnsupportedFeatureError,
)
from saccade.export import load_exported

pytest.importorskip("flatbuffers")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.stablehlo"


@pytest.fixture
def net():
    return Sequential(
        [
            Input((12, 12, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ],
        name="small net",
    )


def test_any_number_of_rows_after_predict_compiled_native_kernels(net, path, rng):
    x = rng.random((5, 12, 12, 1), "float32")
    expected = net.predict(x, verbose=0)
    net.export(path, format="stablehlo", verbose=False)
    loaded = load_exported(path)
    assert loaded.name == "small_net"
    assert loaded.input_shape == (None, 12, 12, 1)
    assert loaded.output_shape == (None, 3)
    assert loaded.platforms == ("cpu", "cuda", "tpu")
    assert_allclose(loaded(x), expected, atol=1e-6)
    assert_allclose(loaded.predict(x, batch_size=2), expected, atol=1e-6)
    text = loaded.exported.mlir_module()
    assert "saccade_" not in text  # the names of the compiled kernels
    assert str(Path(saccade.__file__).parent) not in text


RUN = """
import sys
from pathlib import Path
import jax, numpy as np
exported = jax.export.deserialize(Path(sys.argv[1]).read_bytes())
x = np.linspace(0, 1, 288, dtype="float32").reshape(2, 12, 12, 1)
print(np.asarray(exported.call(x)).ravel().tolist())
assert "saccade" not in sys.modules
"""


def test_jax_alone_runs_it(net, path):
    net.export(path, verbose=False)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    x = np.linspace(0, 1, 288, dtype="float32").reshape(2, 12, 12, 1)
    expected = np.asarray(net(x)).ravel()
    assert_allclose(eval(done.stdout), expected, atol=1e-6)


def test_inputs_and_outputs_by_name(path, rng):
    a, b = Input((4, 4, 2), name="a"), Input((3,), name="b")
    x = layers.Concatenate()([layers.Flatten()(a), b])
    model = Model({"a": a, "b": b}, {"y": layers.Dense(2)(x), "same": b})
    model.export(path, verbose=False)
    loaded = load_exported(path)
    data = {"a": rng.random((3, 4, 4, 2), "float32"), "b": rng.random((3, 3))}
    found = loaded(data)
    assert_allclose(found["y"], model(data)["y"], atol=1e-6)
    assert_allclose(found["same"], data["b"], rtol=1e-6)
    with pytest.raises(ConfigError, match=r"of the form \[{'a': array, 'b': array}\]"):
        loaded([data["a"], data["b"]])
    data["a"] = data["a"][:, :3]
    with pytest.raises(
        ShapeError, match=r"shape \(batch, 4, 4, 2\), got \(3, 3, 4, 2\)"
    ):
        loaded(data)


def test_one_platform(net, path):
    net.export(path, verbose=False, platforms="cpu")
    assert load_exported(path).platforms == ("cpu",)
    with pytest.raises(ConfigError, match="`platforms` must be some of cpu, cuda"):
        net.export(path, platforms=["gpu"])


def test_free_heights_are_explained(path):
    inputs = Input((None, None, 3))
    model = Model(inputs, layers.Conv2D(2, 3)(inputs))
    with pytest.raises(ConfigError, match=r"shape=\(None, 224, 224, 3\)"):
        model.export(path)
    assert not path.exists()
    model.export(
        path,
        verbose=False,
        input_signature=[layers.InputSpec(shape=(None, 8, 8, 3))],
    )
    assert load_exported(path).output_shape == (None, 6, 6, 2)


def test_random_numbers_are_refused(path):
    class Noise(layers.Layer):
        def call(self, x):
            return x + saccade.random.normal((3,))

    model = Sequential([Input((3,)), Noise()])
    with pytest.raises(UnsupportedFeatureError, match="draws random numbers"):
        model.export(path)


def test_files_that_are_something_else(path, tmp_path):
    with pytest.raises(SavingError, match="there is no file"):
        load_exported(path)
    path.write_bytes(b"PK\x03\x04 a zip of nothing")
    with pytest.raises(SavingError, match="no StableHLO file"):
        load_exported(path)


def test_a_program_that_calls_code_outside_is_refused(path):
    def run(x):
        return jax.ffi.ffi_call(
            "somebodys_code", jax.ShapeDtypeStruct(x.shape, x.dtype)
        )(x)

    exported = jax.export.export(
        jax.jit(run),
        disabled_checks=[jax.export.DisabledSafetyCheck.custom_call("somebodys_code")],
    )(jnp.ones(3))
    path.write_bytes(exported.serialize())
    with pytest.raises(SavingError, match=r"calls code outside of it: somebodys_code"):
        load_exported(path)
