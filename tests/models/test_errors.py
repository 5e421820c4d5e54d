"""Bad input: one clear error before anything is compiled, nothing changed."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import DataWarning, SaccadeError


def classifier(units=3, width=4, loss="sparse_categorical_crossentropy"):
    model = saccade.Sequential(
        [layers.Input((width,)), layers.Dense(units, activation="softmax")]
    )
    model.compile("sgd", loss)
    return model


def x_of(n=6, width=4):
    return np.linspace(0, 1, n * width, dtype="float32").reshape(n, width)


def refuse(call, kind, *words):
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, SaccadeError)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_wrong_width_names_model_expected_got_and_leaves_weights():
    model = classifier()
    before = model.get_weights()
    refuse(
        lambda: model.fit(x_of(width=5), np.zeros(6), verbose=0), ValueError,
        "Sequential 'sequential'", "(None, 4)", "(6, 5)", "Fix:",
    )  # fmt: skip
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not model._programs


def test_pictures_of_another_rank_are_told_what_to_do():
    model = saccade.Sequential([layers.Input((28, 28, 1)), layers.Flatten()])
    refuse(
        lambda: model.predict(np.zeros((3, 784))), ValueError,
        "(None, 28, 28, 1)", "(3, 784)", "x.reshape(-1, 28, 28, 1)",
    )  # fmt: skip
    # Keras adds or takes off a last axis of size 1 by itself.
    assert model.predict(np.zeros((3, 28, 28)), verbose=0).shape == (3, 784)
    assert model.predict(np.zeros((3, 28, 28, 1, 1)), verbose=0).shape == (3, 784)
    refuse(lambda: model.predict(np.zeros((28, 28, 1))), ValueError, "batch axis")


def test_flat_pictures_for_a_convolution():
    model = saccade.Sequential([layers.Conv2D(4, 3), layers.Flatten()])
    model.compile("sgd", "mse")
    refuse(
        lambda: model.fit(np.zeros((5, 784)), np.zeros(5), verbose=0), ValueError,
        "Conv2D 'conv2d'", "4 axes", "(None, 784)",
    )  # fmt: skip


def test_lengths_that_differ():
    refuse(
        lambda: classifier().fit(x_of(6), np.zeros(5), verbose=0), ValueError,
        "6", "5",
    )  # fmt: skip


def test_class_labels_outside_the_classes():
    refuse(
        lambda: classifier().fit(x_of(), np.array([0, 1, 2, 3, 1, 0]), verbose=0),
        ValueError, "3", "Fix:",
    )  # fmt: skip


def test_one_hot_for_the_sparse_loss_and_the_reverse():
    refuse(
        lambda: classifier().fit(x_of(), np.eye(3)[[0, 1, 2, 0, 1, 2]], verbose=0),
        ValueError, "categorical_crossentropy",
    )  # fmt: skip
    refuse(
        lambda: classifier(loss="categorical_crossentropy").fit(
            x_of(), np.array([0, 1, 2, 0, 1, 2]), verbose=0
        ),
        ValueError, "sparse_categorical_crossentropy",
    )  # fmt: skip


def test_targets_that_do_not_fit_the_outputs():
    """Users' pain: 'Shapes (None, 1) and (None, 10) are incompatible'."""
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(10)])
    model.compile("sgd", "mse")
    refuse(
        lambda: model.fit(x_of(), np.zeros((6, 7)), verbose=0), ValueError, "7", "10"
    )


def test_text_in_a_table_names_the_column():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"a": [1.0] * 6, "colour": ["red"] * 6, "b": [2.0] * 6})
    refuse(
        lambda: classifier(width=3).fit(table, np.zeros(6), verbose=0), ValueError,
        "colour", "red",
    )  # fmt: skip


def test_nan_in_the_inputs_is_told_once_with_its_place():
    x = x_of()
    x[2, 1] = np.nan
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        classifier().fit(x, np.zeros(6), verbose=0, epochs=2)
    assert {w.category for w in caught} == {DataWarning}
    places = [w for w in caught if "row 2" in str(w.message)]
    assert len(places) == 1


def test_no_rows():
    refuse(
        lambda: classifier().fit(x_of(0), np.zeros(0), verbose=0), ValueError, "empty"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"loss": "sparse_categorical_crosentropy"}, "sparse_categorical_crossentropy"),
        ({"optimizer": "adamm", "loss": "mse"}, "adam"),
        ({"loss": "mse", "metrics": ["acuracy"]}, "accuracy"),
    ],
)
def test_misspelt_names_at_compile_give_the_nearest(arguments, words):
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3)])
    refuse(lambda: model.compile(**arguments), ValueError, "did you mean", words)


def test_a_misspelt_activation_gives_the_nearest():
    refuse(lambda: layers.Dense(3, activation="rellu"), ValueError, "'relu'")


def test_a_kernel_larger_than_its_input():
    refuse(
        lambda: saccade.Sequential([layers.Input((4, 4, 1)), layers.Conv2D(2, 7)]),
        ValueError, "conv2d", "7", "4", "same",
    )  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Dense(0),
        lambda: layers.Dense(-3),
        lambda: layers.Conv2D(0, 3),
        lambda: layers.Conv2D(2, 0),
        lambda: layers.Conv2D(2, 3, strides=0),
        lambda: layers.MaxPooling2D(0),
    ],
)
def test_sizes_must_be_positive(make):
    refuse(make, ValueError, "must be a")


def test_compile_forgotten():
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3)])
    for call in (model.fit, model.evaluate, model.train_on_batch):
        refuse(
            lambda call=call: call(x_of(), np.zeros(6)), ValueError,
            "not compiled", "model.compile(",
        )  # fmt: skip


def test_targets_forgotten():
    refuse(lambda: classifier().fit(x_of(), verbose=0), ValueError, "no targets")


def test_loss_forgotten():
    model = saccade.Sequential([layers.Input((4,)), layers.Dense(3)])
    model.compile("sgd")
    refuse(
        lambda: model.fit(x_of(), np.zeros((6, 3)), verbose=0), ValueError, "no loss"
    )


def test_weights_of_another_model(tmp_path):
    other = classifier(units=5)
    other.save_weights(tmp_path / "a.weights.h5")
    model = classifier()
    before = model.get_weights()
    refuse(
        lambda: model.load_weights(tmp_path / "a.weights.h5"), ValueError,
        "another model", "(4, 3)", "(4, 5)",
    )  # fmt: skip
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("count", "steps", "epochs", "words"),
    [
        (3, 5, 1, "in epoch 1 after 3 of 5 steps"),
        (4, 2, 2, "in epoch 3 after 0 of 2 steps"),
        (3, None, 1, "in epoch 1 after 3 steps"),
    ],
)
def test_a_generator_that_ends_early_says_how_far_it_came(count, steps, epochs, words):
    def batches():
        for _ in range(count):
            yield x_of(), np.zeros(6)

    model = classifier()
    told = saccade.callbacks.LambdaCallback(on_train_end=lambda logs: ends.append(1))
    ends = []
    with pytest.warns(UserWarning, match=words) as caught:
        history = model.fit(
            batches(), steps_per_epoch=steps, epochs=4, callbacks=[told], verbose=0
        )
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert len(history.epoch) == len(history.history["loss"]) == epochs
    assert int(model.optimizer.iterations) == count
    assert ends == [1]


def test_steps_beyond_the_data_are_foretold():
    """Users' pain: 'Your input ran out of data; interrupting training'."""
    model = classifier()
    before = saccade.callbacks.LambdaCallback(
        on_train_begin=lambda logs: warned.append(len(caught))
    )
    warned = []
    words = r"steps_per_epoch=100 but the data give 3 steps of 32 \(70 samples\)"
    with pytest.warns(UserWarning, match=words) as caught:
        model.fit(
            x_of(70), np.zeros(70), steps_per_epoch=100, batch_size=32, epochs=2,
            callbacks=[before], verbose=0,
        )  # fmt: skip
    assert warned == [1] == [len(caught)]
    assert int(model.optimizer.iterations) == 2 * 3


def test_evaluation_takes_what_there_is():
    model = classifier()

    def batches():
        for _ in range(3):
            yield x_of(), np.zeros(6)

    with pytest.warns(UserWarning, match="after 3 of 5 steps"):
        loss = model.evaluate(batches(), steps=5, verbose=0)
    assert loss == pytest.approx(model.evaluate(batches(), steps=3, verbose=0))
    with pytest.warns(UserWarning, match="steps=9 but the data give 3 steps of 32"):
        assert len(model.predict(x_of(70), steps=9, batch_size=32, verbose=0)) == 70


def test_misspelt_arguments_give_the_nearest():
    refuse(lambda: layers.Dense(3, activaton="relu"), TypeError, "`activation`")


def test_old_spellings_are_taken_silently():
    """Users' pains: `input_dim`, `lr`, fit_generator raised warnings or errors."""
    model = saccade.Sequential([layers.Dense(3, input_dim=4, activation="softmax")])
    model.compile(saccade.optimizers.SGD(lr=0.1), "sparse_categorical_crossentropy")
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)

    def batches():
        while True:
            yield x_of(), np.zeros(6)

    history = model.fit_generator(batches(), steps_per_epoch=2, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_an_unused_input_is_taken_as_keras_does_and_still_asked_for():
    used, idle = layers.Input((4,), name="used"), layers.Input((2,), name="idle")
    model = saccade.Model([used, idle], layers.Dense(1)(used))
    both = [x_of(), np.zeros((6, 2), "float32")]
    assert model.predict(both, verbose=0).shape == (6, 1)
    refuse(lambda: model.predict(both[:1], verbose=0), ValueError, "used, idle")


def test_a_graph_that_ends_elsewhere_names_both_inputs():
    one, other = layers.Input((4,), name="one"), layers.Input((4,), name="other")
    refuse(
        lambda: saccade.Model(one, [one, layers.Dense(1)(other)]), ValueError,
        "'one'", "depends on the input 'other' of shape (None, 4)", "Fix:",
    )  # fmt: skip
