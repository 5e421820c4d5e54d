"""Training in short floats: types and numbers beside Keras'."""

from __future__ import annotations

import numpy as np
import pytest

import saccade

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

POLICIES = ["mixed_bfloat16", "mixed_float16"]
rng = np.random.default_rng(0)
X = rng.random((64, 12, 12, 1)).astype("float32")
Y = (X.mean((1, 2, 3)) > 0.5).astype("int32")


@pytest.fixture(params=POLICIES)
def policy(request):
    for library in (keras, saccade):
        library.config.set_dtype_policy(request.param)
    yield request.param
    for library in (keras, saccade):
        library.config.set_dtype_policy("float32")


def network(library):
    layers = library.layers

    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

        def call(self, inputs):
            return inputs * self.factor

    return library.Sequential(
        [
            layers.Input((12, 12, 1)),
            layers.Rescaling(2.0, offset=-1.0),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(),
            layers.ReLU(),
            Scale(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.LayerNormalization(),
            layers.Dense(8, activation="tanh"),
            layers.Dense(2, activation="softmax", dtype="float32"),
        ]
    )


def both(**compiled):
    theirs, ours = network(keras), network(saccade)
    ours.set_weights(theirs.get_weights())
    models = []
    for library, model in ((keras, theirs), (saccade, ours)):
        model.compile(
            library.optimizers.SGD(0.05, momentum=0.9),
            library.losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy"],
            **compiled,
        )
        models.append(model)
    return models


def test_types_of_layers(policy):
    theirs, ours = both()
    for one, other in zip(theirs.layers, ours.layers, strict=True):
        assert one.compute_dtype == other.compute_dtype, one.name
        assert one.output.dtype == other.output.dtype, one.name
        assert [w.dtype for w in one.weights] == [w.dtype for w in other.weights]
    x, kept = X[:4], X[:4]
    for one, other in zip(theirs.layers, ours.layers, strict=True):
        x, kept = one(x), other(kept)
        assert str(x.dtype) == str(kept.dtype), one.name
        np.testing.assert_allclose(
            np.asarray(kept, "float32"), np.asarray(x, "float32"), rtol=0.03, atol=0.03
        )


def test_training_is_close(policy):
    histories = [
        model.fit(X, Y, batch_size=16, epochs=6, shuffle=False, verbose=0).history
        for model in both()
    ]
    expected, got = histories
    np.testing.assert_allclose(got["loss"], expected["loss"], rtol=0.03, atol=0.01)
    np.testing.assert_allclose(got["accuracy"], expected["accuracy"], atol=0.1)


def test_loss_scale_of_float16(policy):
    """An overflow leaves the step out and halves the scale, as in Keras."""
    states = []
    for library in (keras, saccade):
        model = library.Sequential(
            [library.layers.Input((1,)), library.layers.Dense(1, use_bias=False)]
        )
        model.compile(library.optimizers.SGD(1e-3), "mse")
        model.set_weights([np.zeros((1, 1))])
        # Gradients of the kernel are about 3000: too much for all scales above 16.
        x, y = np.ones((32, 1), "float32"), np.full(32, 1500.0, "float32")
        losses = model.fit(x, y, batch_size=8, epochs=4, verbose=0).history["loss"]
        optimizer = model.optimizer
        if policy == "mixed_bfloat16":
            states.append(type(optimizer).__name__)
            continue
        states.append(
            {
                "name": optimizer.name,
                "scale": float(np.asarray(optimizer.dynamic_scale)),
                "good": int(np.asarray(optimizer.step_counter)),
                "made": int(np.asarray(optimizer.inner_optimizer.iterations)),
                "loss": round(losses[-1], -3),
            }
        )
        model.compile(library.optimizers.SGD(), "mse", auto_scale_loss=False)
        assert type(model.optimizer).__name__ == "SGD"
    assert states[0] == states[1]
    if policy == "mixed_float16":
        assert states[1]["scale"] == 16
        assert states[1]["made"] > 0


def test_files_both_ways(policy, tmp_path):
    theirs = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    ours = saccade.Sequential([saccade.layers.Input((3,)), saccade.layers.Dense(2)])
    for library, model in ((keras, theirs), (saccade, ours)):
        model.compile("adam", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
        model.save(tmp_path / f"{library.__name__}.keras")
        library.config.set_dtype_policy("float32")
    here = saccade.saving.load_model(tmp_path / "keras.keras")
    there = keras.saving.load_model(tmp_path / "saccade.keras")
    for loaded, saved in ((here, theirs), (there, ours)):
        assert loaded.layers[0].dtype_policy.name == policy
        assert type(loaded.optimizer).__name__ == type(saved.optimizer).__name__
        for one, other in zip(
            loaded.optimizer.variables, saved.optimizer.variables, strict=True
        ):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_maps_of_policies():
    configs = []
    for library in (keras, saccade):
        policies = library.dtype_policies.DTypePolicyMap("bfloat16")
        policies["a"] = "float16"
        policies["b/.*"] = "mixed_float16"
        assert policies["b/c"].name == "mixed_float16"
        layer = library.layers.Dense(2, dtype=policies, name="a")
        layer.build((None, 2))
        outputs = layer(np.ones((1, 2), "float32"))
        assert (str(outputs.dtype), layer.dtype_policy.name) == (
            "float16",
            "map_bfloat16",
        )
        configs.append(layer.get_config()["dtype"])
    assert configs[0]["config"]["policy_map"] == configs[1]["config"]["policy_map"]
    again = saccade.layers.Dense.from_config(
        {**saccade.layers.Dense(2, name="a").get_config(), "dtype": configs[0]}
    )
    again.build((None, 2))
    assert again.compute_dtype == "float16"
