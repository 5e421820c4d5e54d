"""Models of the functional API: graphs, names, training, configs, errors."""

from __future__ import annotations

import json

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import saccade
from saccade import Input, Model, layers, ops
from saccade.models import clone_model, load_model, model_from_json


def two_branches():
    pictures = Input((6, 6, 3), name="pictures")
    numbers = Input((4,), name="numbers")
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(pictures)
    y = layers.add([x, layers.Conv2D(4, 3, padding="same")(x)])
    z = layers.Concatenate()([layers.Flatten()(y), numbers])
    kind = layers.Dense(3, activation="softmax", name="kind")(z)
    size = layers.Dense(1, name="size")(z)
    return Model([pictures, numbers], [kind, size], name="branches")


@pytest.fixture
def data(rng):
    x = {
        "pictures": rng.random((20, 6, 6, 3), "float32"),
        "numbers": rng.random((20, 4), "float32"),
    }
    y = {
        "kind": rng.integers(0, 3, 20),
        "size": rng.random((20, 1), "float32"),
    }
    return x, y


def test_names_shapes_and_order():
    model = two_branches()
    assert [layer.name for layer in model.layers] == [
        "pictures", "conv2d", "conv2d_1", "add", "flatten", "numbers", "concatenate",
        "kind", "size",
    ]  # fmt: skip
    assert model.input_names == ["pictures", "numbers"]
    assert model.output_names == ["kind", "size"]
    assert model.output_shape == [(None, 3), (None, 1)]
    assert model.get_layer("conv2d").output.shape == (None, 6, 6, 4)
    assert type(model).__name__ == "Functional"


def test_a_list_a_dict_and_a_tuple_are_the_same_inputs(data):
    x, _ = data
    model = two_branches()
    expected = model.predict(x, verbose=0)
    by_order = model.predict([x["pictures"], x["numbers"]], verbose=0)
    called = model((x["pictures"], x["numbers"]))
    for a, b, c in zip(expected, by_order, called, strict=True):
        assert_allclose(a, b, rtol=1e-6)
        assert_allclose(a, c, rtol=1e-5)


def test_two_outputs_are_trained_and_logged_by_name(data):
    x, y = data
    model = two_branches()
    model.compile(
        "adam",
        {"kind": "sparse_categorical_crossentropy", "size": "mse"},
        loss_weights={"size": 0.5},
        metrics={"kind": ["accuracy"], "size": ["mae"]},
    )
    run = model.fit(
        x, y, batch_size=8, epochs=4, verbose=0, validation_data=(x, y)
    ).history
    assert set(run) == {
        prefix + name
        for prefix in ("", "val_")
        for name in ("loss", "kind_loss", "size_loss", "kind_accuracy", "size_mae")
    }
    assert run["loss"][-1] < run["loss"][0]
    total = np.asarray(run["kind_loss"]) + 0.5 * np.asarray(run["size_loss"])
    assert_allclose(run["loss"], total, rtol=1e-5)
    listed = model.evaluate(x, list(y.values()), verbose=0)
    named = model.evaluate(x, y, verbose=0, return_dict=True)
    assert listed == [
        named[n]
        for n in ("loss", "kind_loss", "size_loss", "kind_accuracy", "size_mae")
    ]


def test_the_last_smaller_batch_needs_no_second_program(data):
    x, y = data
    model = two_branches()
    model.compile("sgd", ["sparse_categorical_crossentropy", "mse"])
    model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    (programs,) = model._programs.values()
    assert dict(programs.traces) == {"train_resident": 1}
    assert not programs.exact


def test_operations_that_mix_rows_are_not_filled_up(rng):
    x = Input((3,))
    mixed = Model(x, x - ops.mean(x, axis=0, keepdims=True))
    by_row = Model(x, ops.relu(x) * 2.0 - ops.mean(x, axis=-1, keepdims=True))
    assert not mixed.rows_independent
    assert by_row.rows_independent
    values = rng.random((5, 3), "float32")
    assert_allclose(
        mixed.predict(values, batch_size=5, verbose=0),
        values - values.mean(0, keepdims=True),
        atol=1e-6,
    )


def test_shared_layers_share_weights(rng):
    one, two = Input((4,)), Input((4,))
    shared = layers.Dense(2, name="shared")
    model = Model([one, two], layers.subtract([shared(one), shared(two)]))
    values = rng.random((3, 4), "float32")
    assert len(model.weights) == 2
    assert_allclose(model([values, values]), np.zeros((3, 2)))
    assert len(shared._inbound_nodes) == 2
    assert shared.input is one


def test_models_inside_models(rng):
    inner_in = Input((4,))
    inner = Model(inner_in, [layers.Dense(3)(inner_in), layers.Dense(2)(inner_in)])
    chain = saccade.Sequential([Input((3,)), layers.Dense(5)], name="chain")
    x = Input((4,))
    a, b = inner(x)
    model = Model(x, [chain(a), b + 1.0])
    values = rng.random((2, 4), "float32")
    first, second = inner(values)
    assert_allclose(model(values)[0], chain(first), rtol=1e-5)
    assert_allclose(model(values)[1], second + 1, rtol=1e-5)
    assert model.get_layer("chain").get_layer("dense_2").units == 5
    assert len(model.weights) == 6
    model.trainable = False
    assert not model.trainable_weights
    assert not chain.layers[0].trainable


def test_parts_of_a_model_become_models(rng):
    model = two_branches()
    x = {"pictures": np.ones((1, 6, 6, 3)), "numbers": np.ones((1, 4))}
    features = Model(model.input, model.get_layer("flatten").output)
    head = Model(model.get_layer("concatenate").output, model.outputs)
    whole = model(x)
    joined = np.concatenate([features(x), x["numbers"]], -1)
    for a, b in zip(whole, head(joined), strict=True):
        assert_allclose(a, b, rtol=1e-5)
    assert len(head.layers) == 3
    # The graph that the parts were taken from is as it was.
    assert len(Model(model.inputs, model.outputs).layers) == 9


def test_features_of_a_sequential(rng):
    model = saccade.Sequential([Input((8, 8, 1)), layers.Conv2D(2, 3), layers.ReLU()])
    model.add(layers.Flatten())
    features = Model(model.inputs, [layer.output for layer in model.layers])
    values = rng.random((2, 8, 8, 1), "float32")
    assert [a.shape for a in features(values)] == [(2, 6, 6, 2)] * 2 + [(2, 72)]
    assert_allclose(features(values)[-1], model(values))
    assert len(model.layers[0]._inbound_nodes) == 1
    taken = model.pop()
    assert model.output_shape == (None, 6, 6, 2)
    model.add(taken)
    assert model.output_shape == (None, 72)


def test_operators_compute_what_they_say(rng):
    x, y = Input((3,)), Input((3,))
    outputs = [
        x + y, x - 1.0, 2.0 * x, 1.0 / (y + 1.0), x**2, -x, abs(x - y), x > y,
        x[:, 1:], ops.matmul(x, np.ones((3, 2), "float32")), 1.0 - x, x <= y,
    ]  # fmt: skip
    model = Model([x, y], outputs)
    a, b = rng.random((4, 3), "float32"), rng.random((4, 3), "float32")
    expected = [
        a + b, a - 1, 2 * a, 1 / (b + 1), a**2, -a, abs(a - b), a > b, a[:, 1:],
        a @ np.ones((3, 2)), 1 - a, a <= b,
    ]  # fmt: skip
    for got, want, tensor in zip(model([a, b]), expected, outputs, strict=True):
        assert_allclose(got, want, rtol=1e-5)
        assert tensor.shape == (None, *want.shape[1:])
        assert tensor.dtype == str(got.dtype)


def test_batch_normalization_and_dropout_follow_the_phase(rng):
    x = Input((4,))
    y = layers.BatchNormalization(name="norm")(x)
    frozen = layers.BatchNormalization(name="fixed", trainable=False)(y)
    model = Model(x, layers.Dense(1)(layers.Dropout(0.5)(frozen)))
    model.compile("sgd", "mse")
    values = rng.random((32, 4), "float32") + 3
    model.fit(values, np.zeros((32, 1)), epochs=2, verbose=0)
    assert np.all(model.get_layer("norm").moving_mean.numpy() > 0)
    assert np.all(model.get_layer("fixed").moving_mean.numpy() == 0)
    assert_allclose(model(values), model.predict(values, verbose=0), rtol=1e-5)


def test_a_subclass_may_hand_a_graph_to_its_base(rng):
    class Net(Model):
        def __init__(self, units):
            x = Input((4,))
            super().__init__(inputs=x, outputs=layers.Dense(units)(x), name="net")
            self.extra = 3

    model = Net(2)
    assert model(np.ones((1, 4))).shape == (1, 2)
    assert model.extra == 3
    assert len(model.layers) == 2


def test_configs_and_files_give_the_same_model(tmp_path, data):
    x, y = data
    model = two_branches()
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
    model.fit(x, y, verbose=0)
    again = Model.from_config(json.loads(json.dumps(model.get_config())))
    again.set_weights(model.get_weights())
    model.save(tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    for a, b, c in zip(model(x), again(x), loaded(x), strict=True):
        assert_allclose(a, b, rtol=1e-6)
        assert_allclose(a, c, rtol=1e-6)
    one = model.fit(x, y, verbose=0, shuffle=False).history
    two = loaded.fit(x, y, verbose=0, shuffle=False).history
    assert_allclose(one["loss"], two["loss"], rtol=1e-6)


def test_missing_and_wrong_inputs_are_named():
    model = two_branches()
    with pytest.raises(ValueError, match=r"'numbers' is missing; there are 'pictures'"):
        model({"pictures": np.ones((1, 6, 6, 3))})
    with pytest.raises(ValueError, match=r"expects 2 inputs \(pictures, numbers\)"):
        model([np.ones((1, 6, 6, 3))])
    found = r"'numbers' at the path '1': expected shape=\(None, 4\), found"
    with pytest.raises(ValueError, match=found):
        model([np.ones((1, 6, 6, 3)), np.ones((1, 5))])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"fit: Functional 'branches'.*'numbers'"):
        model.fit({"pictures": np.ones((1, 6, 6, 3))}, np.ones(1), verbose=0)


def test_a_graph_must_be_connected_and_have_names_of_its_own():
    x, other = Input((4,), name="here"), Input((4,), name="there")
    with pytest.raises(ValueError, match="depends on the input 'there' of shape"):
        Model(x, layers.add([x, other]))
    with pytest.raises(ValueError, match="'twin' is used 2 times"):
        Model(x, layers.Dense(1, name="twin")(layers.Dense(1, name="twin")(x)))
    with pytest.raises(ValueError, match="`outputs` must be placeholders, got 3"):
        Model(x, 3)
    with pytest.raises(ValueError, match="both `inputs` and `outputs` are needed"):
        Model(outputs=x)
    with pytest.raises(TypeError, match="has no value, so `if` and `while`"):
        bool(x > 0)
    with pytest.raises(TypeError, match="cannot be handed to functions of NumPy"):
        np.asarray(x)
    with pytest.raises(TypeError, match="KerasTensor"):
        jnp.sin(x)


def test_a_config_with_a_cycle_or_without_a_layer_is_refused():
    x = Input((4,), name="x")
    y = layers.Dense(4, name="a")(x)
    model = Model(x, layers.Dense(4, name="b")(y))
    config = json.loads(json.dumps(model.get_config()))
    call = config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]
    call["keras_history"] = ["b", 0, 0]
    with pytest.raises(ValueError, match="'a', 'b' wait for each other"):
        Model.from_config(config)
    call["keras_history"] = ["gone", 0, 0]
    with pytest.raises(
        ValueError, match="Missing node: gone, on whose output 'a' is called"
    ):
        Model.from_config(config)


def test_the_summary_says_what_is_connected():
    lines: list[str] = []
    two_branches().summary(print_fn=lines.append)
    text = lines[0]
    assert "Connected to" in text
    assert "conv2d[0][0], conv2d_1[0][0]" in text
    chain = Input((2,))
    lines.clear()
    Model(chain, layers.Dense(1)(chain)).summary(print_fn=lines.append)
    assert "Connected to" not in lines[0]


def test_what_is_too_much_or_missing_among_named_inputs():
    x = Input((2,), name="x")
    model = Model({"x": x}, layers.Dense(1)(x))
    with pytest.warns(UserWarning, match="more inputs than it takes: 'y'"):
        model({"x": np.ones((1, 2)), "y": np.ones((1, 2))})
    with pytest.raises(ValueError, match="the input 'x' is not optional, got None"):
        model({"x": None})


def test_a_layer_that_was_not_called_has_no_output():
    layer = layers.Dense(2)
    assert not hasattr(layer, "output")
    with pytest.raises(ValueError, match="has no `input` yet, since it was not called"):
        layer.input  # noqa: B018


def test_clones_have_weights_of_their_own(rng):
    model = two_branches()
    copy = clone_model(model)
    assert copy.to_json() == model.to_json()
    assert not set(map(id, copy.weights)) & set(map(id, model.weights))
    wider = clone_model(
        model,
        clone_function=lambda layer: (
            layers.Dense(7, name="kind")
            if layer.name == "kind"
            else type(layer).from_config(layer.get_config())
        ),
    )
    assert wider.output_shape == [(None, 7), (None, 1)]
    chain = saccade.Sequential([Input((3,)), layers.Dense(2)])
    assert clone_model(chain, input_tensors=Input((3,))).output_shape == (None, 2)
    with pytest.raises(ValueError, match="expected 2 input tensors, got 1"):
        clone_model(model, input_tensors=[Input((4,))])
    with pytest.raises(ValueError, match="no JSON"):
        model_from_json("{")


def test_the_compiled_loop_is_that_of_a_sequential(rng):
    def parts():
        return [layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)]

    chain = saccade.Sequential([Input((6, 6, 1)), *parts()])
    x = y = Input((6, 6, 1))
    for part in parts():
        y = part(y)
    data = rng.random((8, 6, 6, 1), "float32"), rng.random((8, 3), "float32")
    texts = []
    for model in (chain, Model(x, y)):
        model.compile("adam", "mse", metrics=["mae"])
        model.fit(*data, verbose=0)
        (programs,) = model._programs.values()
        order = np.arange(8, dtype=np.int32).reshape(2, 4)
        seed, one = np.zeros(2, np.uint32), np.int32(1)
        lowered = programs.train_resident.lower(
            programs.layout.read(), (*data, None), order, np.int32(8), seed, one,
            np.int32(0), one,
        )  # fmt: skip
        texts.append(lowered.as_text())
    assert texts[0] == texts[1]


def test_inputs_in_nests_are_found_by_their_places():
    a, b = Input((1,), name="a"), Input((2,), name="b")
    model = Model({"one": a, "others": [{"two": b}]}, [layers.Dense(1)(b), a * 2.0])
    given = {"others": ({"two": np.ones((3, 2))},), "one": np.full((3, 1), 4.0)}
    assert_allclose(model(given)[1], np.full((3, 1), 8.0))
    assert_allclose(model.predict(given, verbose=0)[1], np.full((3, 1), 8.0))
    with pytest.raises(ValueError, match=r"with name 'b' at the path 'others\.0\.two'"):
        model({"one": np.ones((3, 1)), "others": [{"two": np.ones((3, 5))}]})
    with pytest.raises(ValueError, match="expected structure; there are 'one', 'two'"):
        model({"one": np.ones((3, 1)), "two": np.ones((3, 2))})


def test_a_list_for_a_dict_of_inputs_is_read_in_the_order_of_sorted_names():
    a, b = Input((1,), name="a"), Input((1,), name="b")
    model = Model({"a": a, "b": b}, a - b)
    with pytest.warns(UserWarning, match="The structure of `inputs`.*got a list"):
        assert_allclose(model([np.full((1, 1), 3.0), np.ones((1, 1))]), [[2.0]])
    model = Model({"b": b, "a": a}, a - b)
    with pytest.raises(ValueError, match="does not say which array is which"):
        model([np.ones((1, 1)), np.ones((1, 1))])
    x = {"a": np.full((2, 1), 3.0), "b": np.ones((2, 1))}
    assert_allclose(model.predict(x, verbose=0), [[2.0], [2.0]])


def test_an_output_that_is_not_connected_is_named_by_its_place():
    a, b = Input((1,), name="a"), Input((1,), name="b")
    with pytest.raises(ValueError, match=r"Output with path `y\.1` is not connected"):
        Model(a, {"y": [a + 1.0, b * 2.0]})


def test_a_config_keeps_tuples_of_outputs_and_who_is_not_trained():
    x = Input((2,))
    dense = layers.Dense(1)
    model = Model(x, (dense(x), x * 2.0), trainable=False)
    again = Model.from_config(model.get_config())
    assert isinstance(again(np.ones((1, 2))), tuple)
    assert not again.trainable
    assert again.layers[1].trainable
    assert not again.trainable_variables


def test_clones_are_compiled_and_take_placeholders_in_the_form_of_the_inputs():
    a, b = Input((1,), name="a"), Input((1,), name="b")
    model = Model({"a": a, "b": b}, layers.Dense(1)(a - b))
    model.compile("adam", "mse")
    clone = clone_model(model, input_tensors={"a": a, "b": b})
    assert clone.compiled
    assert clone.optimizer is not model.optimizer
    with pytest.raises(ValueError, match="`input_tensors` must have the same struct"):
        clone_model(model, input_tensors=[a, b])
