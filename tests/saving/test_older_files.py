"""Files as Keras 2 wrote them: made here by hand, in the spelling of its versions."""

from __future__ import annotations

import io
import json
import zipfile

import h5py
import jax.nn
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import ConfigError, DataWarning, SavingError
from saccade.models import load_model, model_from_json
from saccade.saving._older_configs import modern_layer


def place(name, call=0, tensor=0, **more):
    return [name, call, tensor, more]


def entry(kind, name, *calls, **config):
    config = {"name": name, "trainable": True, "dtype": "float32", **config}
    return {
        "class_name": kind, "config": config, "name": name,
        "inbound_nodes": list(calls),
    }  # fmt: skip


def dense(name, units, *calls, **more):
    zeros = {"class_name": "Zeros", "config": {}}
    return entry("Dense", name, *calls, units=units, bias_initializer=zeros, **more)


def given(name, size):
    config = {
        "batch_input_shape": [None, size], "dtype": "float32", "sparse": False,
        "ragged": False, "name": name,
    }  # fmt: skip
    return {"class_name": "InputLayer", "config": config, "name": name,
            "inbound_nodes": []}  # fmt: skip


def graph(name, inner, inputs, outputs, *calls):
    config = {
        "name": name, "layers": inner,
        "input_layers": [[one, 0, 0] for one in inputs],
        "output_layers": [list(one) for one in outputs],
    }  # fmt: skip
    return {"class_name": "Functional", "config": config, "name": name,
            "inbound_nodes": list(calls)}  # fmt: skip


def example():
    """y = out(norm(a, then b) of inner(left) and inner(right))."""
    inner = graph(
        "inner",
        [given("i", 3), dense("shared", 3, [place("i")], [place("shared")])],
        ["i"],
        [("shared", 1, 0)],
        [place("left")],
        [place("right")],
    )
    chain = {
        "class_name": "Sequential",
        "config": {
            "name": "chain",
            "layers": [
                given("chain_input", 6),
                dense("first", 2, trainable=False),
                entry("BatchNormalizationV1", "norm", axis=[1], fused=True),
            ],
        },
        "name": "chain",
        "inbound_nodes": [[place("both")]],
    }
    policy = {"class_name": "Policy", "config": {"name": "float32"}}
    return graph(
        "old",
        [
            given("left", 3), given("right", 3), inner,
            # A model has a call of its own, so these are its second and third.
            entry("Concatenate", "both", [place("inner", 1), place("inner", 2)]),
            chain,
            dense("out", 1, [place("chain", 1)], dtype=policy),
        ],
        ["left", "right"],
        [("out", 0, 0)],
    )  # fmt: skip


SHAPES = {
    "inner": [("shared/kernel", (3, 3)), ("shared/bias", (3,))],
    # What is trained comes first, and here the first layer is not.
    "chain": [
        ("norm/gamma", (2,)), ("norm/beta", (2,)), ("first/kernel", (6, 2)),
        ("first/bias", (2,)), ("norm/moving_mean", (2,)),
        ("norm/moving_variance", (2,)),
    ],
    "out": [("out/kernel", (2, 1)), ("out/bias", (1,))],
}  # fmt: skip
TRAINED = ("shared/kernel", "shared/bias", "norm/gamma", "norm/beta", "out/kernel",
           "out/bias")  # fmt: skip
ADAM = {
    "name": "Adam", "learning_rate": 0.5, "decay": 0.25, "beta_1": 0.5,
    "beta_2": 0.75, "epsilon": 1e-5, "amsgrad": False,
}  # fmt: skip


@pytest.fixture
def values(rng):
    return {
        name: np.abs(rng.normal(size=shape)).astype("float32")
        for group in SHAPES.values()
        for name, shape in group
    }


def write(path, values, states=None, config=None):
    training = {
        "loss": {"class_name": "MeanSquaredError",
                 "config": {"reduction": "auto", "name": "mse"}},
        "metrics": [[{
            "class_name": "MeanMetricWrapper",
            "config": {"name": "mae", "dtype": "float32",
                       "fn": "mean_absolute_error"},
        }]],
        "weighted_metrics": None, "loss_weights": None,
        "optimizer_config": {"class_name": "Adam", "config": ADAM},
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.4.0"
        file.attrs["model_config"] = json.dumps(config or example())
        file.attrs["training_config"] = json.dumps(training)
        root = file.create_group("model_weights")
        names = ["left", "right", "inner", "both", "chain", "out"]
        # Long lists are kept in pieces.
        root.attrs["layer_names0"] = [name.encode() for name in names[:3]]
        root.attrs["layer_names1"] = [name.encode() for name in names[3:]]
        for name in names:
            group = root.create_group(name)
            inside = [f"{weight}:0" for weight, _ in SHAPES.get(name, ())]
            group.attrs["weight_names"] = [one.encode() for one in inside]
            for one in inside:
                group[one] = values[one[:-2]]
        if states:
            group = file.create_group("optimizer_weights")
            group.attrs["weight_names"] = [name.encode() for name in states]
            for name, array in states.items():
                group[name] = array


def computed(values, left, right):
    v = values

    def shared(x):
        return x @ v["shared/kernel"] + v["shared/bias"]

    both = np.concatenate([shared(shared(left)), shared(shared(right))], axis=1)
    x = both @ v["first/kernel"] + v["first/bias"]
    x = (x - v["norm/moving_mean"]) / np.sqrt(v["norm/moving_variance"] + 1e-3)
    x = x * v["norm/gamma"] + v["norm/beta"]
    return x @ v["out/kernel"] + v["out/bias"]


def states_of(values, order):
    """States with the numbers 100, 101, ... in them, under names of one version."""
    states = {}
    for number, (kind, weight) in enumerate(
        [(k, w) for k in ("m", "v") for w in TRAINED]
        if order == "by kind"
        else [(k, w) for w in TRAINED for k in ("m", "v")]
    ):
        name = {
            "by kind": f"Adam/{weight}/{kind}:0",
            "by weight": f"Adam/{kind}/{weight}:0",
        }[order]
        states[name] = np.full_like(values[weight], 100 + number)
    first = "Adam/iter:0" if order == "by kind" else "iteration:0"
    return {first: np.int64(6), **states}


@pytest.mark.parametrize("order", ["by kind", "by weight"])
def test_a_graph_of_keras_2(tmp_path, rng, values, order):
    path = tmp_path / "old.h5"
    states = states_of(values, order)
    write(path, values, states)
    model = load_model(path)
    left, right = rng.normal(size=(2, 4, 3)).astype("float32")
    np.testing.assert_allclose(
        model([left, right]), computed(values, left, right), rtol=1e-4
    )
    assert model.output_shape == (None, 1)  # not a list of one
    assert [w.path for w in model.get_layer("chain").trainable_weights] == [
        "chain/norm/gamma", "chain/norm/beta",
    ]  # fmt: skip
    # `decay` of then is a schedule of today: after six steps 0.5 / (1 + 6 / 4).
    assert float(model.optimizer.learning_rate) == pytest.approx(0.2)
    assert int(model.optimizer.iterations) == 6
    kinds = {"m": "momentum", "v": "velocity"}
    found = {str(v.path): np.asarray(v) for v in model.optimizer.variables}
    for weight in TRAINED:
        for kind, today in kinds.items():
            stored = next(
                array for name, array in states.items()
                if weight in name and f"/{kind}" in name.replace(weight, "")
            )  # fmt: skip
            mine = next(
                array for name, array in found.items()
                if name.endswith(f"{weight.replace('/', '_')}_{today}")
            )  # fmt: skip
            np.testing.assert_array_equal(mine, stored)
    assert model.evaluate([left, right], np.zeros((4, 1)), verbose=0)[1] > 0


def test_states_without_names_are_in_blocks(tmp_path, values):
    path = tmp_path / "old.h5"
    states = {"training/Adam/iterations:0": np.int64(3)}
    for number, weight in enumerate(TRAINED * 2):
        name = f"training/Adam/Variable_{number}:0"
        states[name] = np.full_like(values[weight], number)
    write(path, values, states)
    optimizer = load_model(path).optimizer
    firsts = [float(np.ravel(v)[0]) for v in optimizer.variables[1:]]
    assert firsts == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]


def test_states_of_another_optimizer_start_anew(tmp_path, values):
    path = tmp_path / "old.h5"
    states = {"Adam/iter:0": np.int64(3), "Adam/out/kernel/rms:0": np.zeros((2, 1))}
    write(path, values, states)
    with pytest.warns(DataWarning, match="does not fit Adam here; it starts anew"):
        model = load_model(path)
    assert int(model.optimizer.iterations) == 0


def test_weights_are_found_by_name_where_shapes_leave_it_open(tmp_path, values):
    # Saved while the chain was not trained: its weights come in another order.
    path = tmp_path / "old.h5"
    order = SHAPES["chain"]
    SHAPES["chain"] = sorted(order, key=lambda one: one[0].partition("/")[0])
    try:
        write(path, values)
    finally:
        SHAPES["chain"] = order
    model = load_model(path, compile=False)
    norm = model.get_layer("chain").get_layer("norm")
    np.testing.assert_array_equal(norm.moving_mean, values["norm/moving_mean"])
    np.testing.assert_array_equal(norm.gamma, values["norm/gamma"])


def test_architectures_as_json(values):
    text = json.dumps({**example(), "keras_version": "2.4.0", "backend": "tensorflow"})
    model = model_from_json(text)
    assert model.count_params() == sum(v.size for v in values.values())
    chain = {"class_name": "Sequential", "config": [  # before Keras 2.3
        {"class_name": "Conv2D",
         "config": {"filters": 2, "kernel_size": [3, 3], "name": "c",
                    "batch_input_shape": [None, 8, 8, 1]}},
    ]}  # fmt: skip
    assert model_from_json(json.dumps(chain)).output_shape == (None, 6, 6, 2)
    with pytest.raises(ConfigError, match="describes no model"):
        model_from_json("[1]")


def test_calls_with_keywords_and_dicts():
    inner = graph(
        "inner",
        [given("u", 2), given("w", 2), entry("Add", "add", [place("u"), place("w")])],
        ["u", "w"],
        [("add", 0, 0)],
    )
    inner["config"]["input_layers"] = {"u": ["u", 0, 0], "w": ["w", 0, 0]}
    inner["inbound_nodes"] = [{"u": place("x"), "w": place("d", training=False)}]
    outer = graph(
        "outer",
        [
            given("x", 2),
            entry("Dropout", "d", [place("x", training=True)], rate=0.5),
            inner,
        ],
        ["x"],
        [("inner", 1, 0)],
    )
    model = model_from_json(json.dumps(outer))
    assert model.output_shape == (None, 2)


@pytest.mark.parametrize(
    ("old", "today"),
    [
        (entry("LeakyReLU", "x", alpha=0.25), layers.LeakyReLU(0.25)),
        (entry("ThresholdedReLU", "x", theta=0.5), layers.ReLU(threshold=0.5)),
        (
            entry("DepthwiseConv2D", "x", kernel_size=[3, 3], groups=1),
            layers.DepthwiseConv2D(3),
        ),
        (
            entry("SeparableConv2D", "x", filters=2, kernel_size=3, groups=1,
                  kernel_initializer={"class_name": "Zeros", "config": {}}),
            layers.SeparableConv2D(2, 3),
        ),
        (entry("RandomFlip", "x", rng_type="stateful"), layers.RandomFlip()),
        (
            entry("TimeDistributed", "x", layer=dense("y", 3)),
            layers.TimeDistributed(layers.Dense(3)),
        ),
        (entry("SpatialDropout2D", "x", rate=0.5, noise_shape=None, seed=None),
         layers.SpatialDropout2D(0.5)),
    ],
    ids=lambda value: value["class_name"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_arguments_of_then(old, today):
    layer = saccade.saving.deserialize_keras_object(modern_layer(old))
    ours, expected = layer.get_config(), today.get_config()
    for config in (ours, expected):
        config.pop("name")
        config.pop("seed", None)
        config.get("layer", {}).get("config", {}).pop("name", None)
    assert ours == expected


def test_what_needs_tensorflow_says_so(tmp_path, values):
    config = example()
    config["config"]["layers"].append(
        entry("TFOpLambda", "tf.add", ["out", 0, 0, {"y": 1.0}], function="add")
    )
    write(tmp_path / "old.h5", values, config=config)
    with pytest.raises(ConfigError, match="it calls a function of TensorFlow"):
        load_model(tmp_path / "old.h5")


def test_classes_of_ones_own_by_their_bare_name(tmp_path, values):
    @saccade.saving.register_keras_serializable("older_files")
    class OwnDense(layers.Dense):
        pass

    config = example()
    config["config"]["layers"][-1]["class_name"] = "OwnDense"
    write(tmp_path / "old.h5", values, config=config)
    model = load_model(tmp_path / "old.h5", compile=False)
    assert type(model.get_layer("out")) is OwnDense


class Net(saccade.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(2)

    def call(self, x):
        return jax.nn.relu(self.dense(x))


def test_subclasses_give_their_weights_only(tmp_path):
    model = Net()
    model(np.ones((1, 3)))
    model.save(tmp_path / "m.h5")
    with pytest.raises(SavingError, match="does not say for which shapes"):
        load_model(tmp_path / "m.h5", custom_objects={"Net": Net})
    other = Net()
    other(np.ones((1, 3)))
    other.load_weights(tmp_path / "m.h5")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def test_writing_and_reading_ours(tmp_path, rng):
    x, y = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(2)])
    model.compile(saccade.optimizers.SGD(0.1, momentum=0.9), "mse", metrics=["mae"])
    plan = {"shuffle": False, "verbose": 0}
    model.fit(x, y, **plan)
    model.save(tmp_path / "m.h5")
    model.save(tmp_path / "bare.hdf5", include_optimizer=False)
    again = load_model(tmp_path / "m.h5")
    history = [one.fit(x, y, **plan).history for one in (model, again)]
    assert history[0] == history[1]
    assert not load_model(tmp_path / "bare.hdf5").compiled
    deep = [layers.Dense(1, name=f"a_layer_with_a_long_name_{i}") for i in range(150)]
    long = saccade.Sequential([layers.Input((1,)), *deep])
    long.save(tmp_path / "long.h5")  # a config beyond 64 kB
    copy = load_model(tmp_path / "long.h5")
    assert len(copy.layers) == 150
    np.testing.assert_array_equal(copy.get_weights()[298], long.get_weights()[298])
    with h5py.File(tmp_path / "m.h5") as file:
        assert file.attrs["keras_version"] == "3.15.1"
        names = file["model_weights/dense"].attrs["weight_names"]
    assert [name.decode() for name in names] == [w.path for w in model.weights]


def test_keras_files_of_keras_2(tmp_path, rng):
    """The newest form in its spelling: `.keras` was written by Keras 2.12 on, too."""
    x, y = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))
    parts = [layers.Input((4,)), layers.Dense(2)]
    model = saccade.Sequential(parts)
    model.compile(saccade.optimizers.Adam(0.1), saccade.losses.MeanSquaredError())
    plan = {"shuffle": False, "verbose": 0}
    model.fit(x, y, **plan)
    model.save(tmp_path / "new.keras")
    with zipfile.ZipFile(tmp_path / "new.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"] = [dense("dense", 2, batch_input_shape=[None, 4])]
    compiled = config["compile_config"]
    compiled["loss"]["config"] |= {"reduction": "auto", "fn": "mean_squared_error"}
    compiled["optimizer"]["config"] |= {"jit_compile": False, "is_legacy_optimizer": 0}
    compiled |= {"steps_per_execution": None, "run_eagerly": None, "jit_compile": None}
    members["config.json"] = json.dumps(config).encode()
    members["metadata.json"] = b'{"keras_version": "2.15.0"}'
    weights = io.BytesIO(members["model.weights.h5"])
    with h5py.File(weights, "a") as file:
        states = file["optimizer/vars"]  # without the learning rate
        values = [states[str(number)][()] for number in range(len(states))]
        del file["optimizer/vars"]
        for number, value in enumerate([values[0], *values[2:]]):
            file[f"optimizer/vars/{number}"] = value
        file["metrics/mean/vars/0"] = np.zeros(())
    members["model.weights.h5"] = weights.getvalue()
    with zipfile.ZipFile(tmp_path / "old.keras", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    again = load_model(tmp_path / "old.keras")
    history = [one.fit(x, y, **plan).history for one in (model, again)]
    assert history[0] == history[1]


def test_parts_of_layers_in_private_names(tmp_path):
    def net():
        given = layers.Input((4, 6))
        return saccade.Model(given, layers.MultiHeadAttention(2, 3)(given, given))

    model, other = net(), net()
    model.save_weights(tmp_path / "m.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5", "a") as file:
        group = file["layers/multi_head_attention"]
        for name in list(group):
            if name.endswith("_dense"):
                group.move(name, f"_{name.lstrip('_')}")
    other.load_weights(tmp_path / "m.weights.h5")
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
