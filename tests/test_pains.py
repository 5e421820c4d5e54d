"""What hurt users of other libraries: each row of the list of pains has its test.

The rows are numbered as in the list that the project started from. Those that need
other processes, or concern starting and installing, are in test_pains_of_starting.py.
"""

from __future__ import annotations

import gc
import os
import threading
import warnings
import weakref
from pathlib import Path

import jax
import numpy as np
import pytest

import saccade
from saccade import layers
from saccade.core._errors import DataWarning, SaccadeError
from saccade.utils import stratified_split


def refuse(call, kind, *words):
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, SaccadeError)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def batches_of(x, y, size=10):
    while True:
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]


@pytest.mark.parametrize("given", ["arrays", "dataset"])
def test_row_4_more_steps_than_data(given, small_net, pictures):
    """Row 4: told before training, with the number that works; an epoch is a pass."""
    x, y = pictures

    class Batches(saccade.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return x[index * 32 : index * 32 + 32], y[index * 32 : index * 32 + 32]

    data = (x, y) if given == "arrays" else (Batches(),)
    model = small_net()
    size = {"batch_size": 32} if given == "arrays" else {}
    with pytest.warns(DataWarning, match="at most steps_per_epoch=3"):
        model.fit(*data, steps_per_epoch=4, verbose=0, **size)
    assert int(model.optimizer.iterations) == 3
    model.fit(*data, steps_per_epoch=3, verbose=0, **size)
    assert int(model.optimizer.iterations) == 6
    model.fit(*data, epochs=2, verbose=0)
    assert int(model.optimizer.iterations) == 12


def test_row_4_more_steps_than_data_elsewhere(small_net, pictures):
    """Row 4: the same for the validation, evaluate and predict."""
    x, y = pictures
    model = small_net()
    with pytest.warns(DataWarning, match="at most validation_steps=3"):
        model.fit(x, y, validation_data=(x, y), validation_steps=9, verbose=0)
    for call in (
        lambda **k: model.evaluate(x, y, **k),
        lambda **k: model.predict(x, **k),
    ):
        with pytest.warns(DataWarning) as told:
            call(batch_size=32, steps=9, verbose=0)
        for words in ("steps=9", "3 steps of 32 (70 samples)", "at most steps=3"):
            assert words in str(told[0].message)


def test_row_5_none_means_work_it_out(small_net, pictures):
    """Row 5: None is taken wherever steps or batches are counted, and is one pass."""
    x, y = pictures
    model = small_net()
    model.fit(
        x, y, batch_size=None, steps_per_epoch=None, validation_data=(x, y),
        validation_steps=None, validation_batch_size=None, callbacks=None,
        class_weight=None, sample_weight=None, verbose=0,
    )  # fmt: skip
    assert int(model.optimizer.iterations) == 3
    model.evaluate(x, y, batch_size=None, steps=None, sample_weight=None, verbose=0)
    assert len(model.predict(x, batch_size=None, steps=None, verbose=0)) == 70
    model.fit(x, y, validation_split=None, validation_data=None, verbose=0)


def test_row_5_steps_are_told_with_samples_and_batch_size(small_net):
    """Row 5: samples passed as steps are answered by the steps these samples make."""
    x, y = np.zeros((60_000, 8, 8, 1), np.uint8), np.zeros(60_000, np.uint8)
    with pytest.raises(DataWarning) as caught:  # a test takes warnings for errors
        small_net().fit(x, y, batch_size=32, steps_per_epoch=60_000, verbose=0)
    for words in ("1,875 steps of 32 (60,000 samples)", "most steps_per_epoch=1875"):
        assert words in str(caught.value)


def test_row_5_steps_may_be_a_division(small_net, pictures):
    """Row 5: 64 / 32 is 2 steps, as int or float; 70 / 32 is told by its name."""
    x, y = pictures
    model = small_net()
    model.fit(
        x, y, steps_per_epoch=64 / 32, epochs=np.int64(1), verbose=0,
        validation_data=(x, y), validation_steps=64 / 32,
    )  # fmt: skip
    assert int(model.optimizer.iterations) == 2
    model.evaluate(x, y, steps=2.0, verbose=0)
    refuse(
        lambda: model.fit(x, y, steps_per_epoch=70 / 32, verbose=0), ValueError,
        "`steps_per_epoch` must be an int >= 1, got 2.1875",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("keyword", "value", "fix"),
    [
        ("nb_epoch", 5, "epochs=5"),
        ("samples_per_epoch", 60_000, "steps_per_epoch=1875 for batches of 32"),
        ("samples_per_epoch", None, "steps_per_epoch=<samples divided by"),
        ("nb_val_samples", 100, "validation_steps=4 for batches of 32"),
        ("val_samples", 64, "steps=2 for batches of 32"),
        ("max_q_size", 10, "leave it out"),
        ("nb_worker", 2, "leave it out"),
        ("pickle_safe", True, "leave it out"),
        ("epoch", 5, "did you mean `epochs`?"),
    ],
)
def test_row_5_keywords_of_keras_1(keyword, value, fix, small_net, pictures):
    """Row 5: they are refused with the argument of today."""
    model = small_net()
    for call in (model.fit, model.fit_generator):
        data = pictures if call == model.fit else [batches_of(*pictures)]
        refuse(
            lambda call=call, data=data: call(*data, **{keyword: value}), TypeError,
            call.__name__, f"`{keyword}`", fix,
        )  # fmt: skip
    for call in (model.evaluate, model.predict, model.predict_generator):
        refuse(
            lambda call=call: call(pictures[0], val_samples=64), TypeError,
            "steps=2 for batches of 32",
        )  # fmt: skip
    assert not model._programs


def test_row_6_sorted_labels(small_net, pictures):
    """Row 6: sorted labels give a warning, and the split it names has all classes."""
    x, y = pictures
    order = np.argsort(y, kind="stable")
    x, y = x[order], y[order]
    with pytest.warns(DataWarning, match="hold 1 of 4 classes only: 3") as caught:
        small_net().fit(x, y, validation_split=0.2, verbose=0)
    assert "keras.utils.stratified_split(x, y, 0.2, seed=0)" in str(caught[0].message)

    train, validation = stratified_split(x, y, 0.2, seed=0)
    assert set(train[1]) == set(validation[1]) == set(y)
    assert len(validation[1]) == 14
    model = small_net()
    history = model.fit(*train, validation_data=validation, verbose=0)
    assert "val_loss" in history.history


def test_row_6_validation_split_stays_keras(small_net, pictures):
    """Row 6: `validation_split` itself takes the last rows, as in Keras."""
    x, y = pictures
    model, other = small_net(), small_net()
    other.set_weights(model.get_weights())
    kept = {"shuffle": False, "verbose": 0}
    a = model.fit(x, y, validation_split=0.2, **kept).history
    b = other.fit(x[:56], y[:56], validation_data=(x[56:], y[56:]), **kept).history
    assert list(a) == list(b)
    for name in a:
        assert a[name] == pytest.approx(b[name])


def classifier(loss):
    model = saccade.Sequential(
        [layers.Input((4,)), layers.Dense(10, activation="softmax", name="top")]
    )
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize(
    ("loss", "y", "words"),
    [
        (
            "categorical_crossentropy", np.arange(6),
            ["(None, 10)", "class numbers of shape (None,)",
             "loss='sparse_categorical_crossentropy'", "to_categorical(y, 10)"],
        ),
        (
            "sparse_categorical_crossentropy", np.eye(10)[:6],
            ["(None, 10)", "look one-hot", "loss='categorical_crossentropy'",
             "y.argmax(axis=-1)"],
        ),
        ("mse", np.zeros((6, 7)), ["(None, 10)", "(None, 7)", "last layer"]),
        (
            "sparse_categorical_crossentropy", np.array([0, 9, 10, 1, 2, 3]),
            ["0..9", "got 10 in row 2", "11 units"],
        ),
    ],
)  # fmt: skip
def test_row_13_targets_that_do_not_fit(loss, y, words):
    """Row 13: names the layer, what it expects, what it got, and the fix."""
    model = classifier(loss)
    for call in (model.fit, model.evaluate, model.train_on_batch):
        refuse(
            lambda call=call: call(np.zeros((6, 4)), y), ValueError,
            call.__name__, "output of 'top'", "Fix:", *words,
        )  # fmt: skip


def test_row_13_inputs_that_do_not_fit():
    """Row 13: the same for inputs, and for a layer inside the model."""
    refuse(
        lambda: classifier("mse").predict(np.zeros((3, 5)), verbose=0), ValueError,
        "predict", "(None, 4)", "(3, 5)", "Fix:",
    )  # fmt: skip
    model = saccade.Sequential([layers.Dense(4), layers.Conv2D(2, 3, name="first")])
    refuse(
        lambda: model.predict(np.zeros((3, 5)), verbose=0), ValueError,
        "Conv2D 'first'", "4 axes", "(None, 4)", "Fix:",
    )  # fmt: skip


@pytest.mark.parametrize(
    "first",
    [
        lambda: layers.Dense(2, input_shape=(4,)),
        lambda: layers.Dense(2, input_dim=4),
        lambda: layers.Dense(2, batch_input_shape=(None, 4)),
        lambda: layers.Flatten(input_shape=[2, 2]),
        lambda: layers.Conv2D(2, 1, input_shape=(2, 2, 1)),
        lambda: layers.InputLayer(input_shape=(4,)),
    ],
)
def test_row_14_shapes_in_the_first_layer(first, capfd):
    """Row 14: tutorials of many years work, without a word of blame."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = saccade.Sequential([first()])
        model.add(layers.Dense(1))
    assert model.built
    assert model.input_shape[0] is None
    assert capfd.readouterr() == ("", "")


def resident_bytes() -> int:
    """Memory of this process now, where the system tells it; else 0."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def holdings() -> tuple[int, int]:
    """Compiled programs and arrays that are alive."""
    gc.collect()
    programs = jax.devices()[0].client.live_executables()
    return len(programs), len(jax.live_arrays())


def test_row_15_loops_of_predict_and_fit_do_not_grow(small_net, pictures):
    """Row 15: 1,000 predictions and 50 fits add no program, no array, no memory."""
    x, y = pictures
    model = small_net()

    def fit():
        model.fit(x, y, validation_data=(x, y), verbose=0)

    def predict(times):
        for _ in range(times):
            model.predict(x[:1], verbose=0)

    fit(), predict(100)
    before, memory = holdings(), resident_bytes()
    predict(1000)
    for _ in range(50):
        fit()
    assert holdings() == before
    assert resident_bytes() - memory < 40e6


def test_row_15_a_model_takes_its_programs_with_it(small_net, pictures):
    """Row 15: models made in a loop leave nothing behind, nor do their programs."""
    x, y = pictures
    counts = []
    for _ in range(3):
        model = small_net()
        model.fit(x, y, verbose=0)
        model.evaluate(x, y, verbose=0)
        model.predict(x, verbose=0)
        gone = [weakref.ref(model)]
        gone += [weakref.ref(programs) for programs in model._programs.values()]
        del model
        saccade.utils.clear_session()
        assert len(gone) == 4
        assert all(reference() is None for reference in gone)
        counts.append(holdings())
    assert counts[0] == counts[1] == counts[2]


def test_row_16_single_pictures_use_one_program(small_net, pictures, monkeypatch):
    """Row 16: one trace for a thousand looks at one picture, and no thread for it."""
    x, y = pictures
    model = small_net()
    model.fit(x, y, verbose=0)

    def refuse_thread(thread):
        raise AssertionError(f"predict started {thread}")

    monkeypatch.setattr(threading.Thread, "start", refuse_thread)

    def traces():
        return sum(sum(p.traces.values()) for p in model._programs.values())

    before = traces()
    one = [model.predict(x[i : i + 1], verbose=0) for i in range(20)]
    assert traces() == before + 1
    together = model.predict(x[:20], verbose=0)
    np.testing.assert_allclose(np.concatenate(one), together, rtol=1e-5, atol=1e-7)


def test_row_16_few_sizes_few_programs(small_net, pictures):
    """Row 16: any number of pictures up to a batch shares a handful of programs."""
    x, _ = pictures
    model = small_net()
    for n in range(1, 33):
        assert model.predict(x[:n], verbose=0).shape == (n, 4)
    (programs,) = model._programs.values()
    assert programs.traces.total() == 6  # 1, 2, 4, 8, 16, 32
    model.set_weights([w * 2 for w in model.get_weights()])
    for n in range(1, 33):
        model.predict(x[:n], verbose=0)
    assert programs.traces.total() == 6


def test_row_20_methods_that_are_no_more(small_net):
    """Row 20: they are absent for `hasattr`, and the error says what there is."""
    model = small_net()
    refuse(lambda: model.predict_classes, AttributeError, "> 0.5", "argmax")
    refuse(lambda: model.predict_proba, AttributeError, "Fix: model.predict(x).")


def test_row_21_methods_for_generators(small_net, pictures):
    """Row 21: they are kept, in Keras 2's order of arguments, and do what fit does."""
    x, y = pictures
    model, other = small_net(), small_net()
    other.set_weights(model.get_weights())

    old = model.fit_generator(
        batches_of(x, y),
        7,
        2,
        0,
        None,
        batches_of(x, y),
        3,
        max_queue_size=2,
        workers=0,
    )
    new = other.fit(
        batches_of(x, y), steps_per_epoch=7, epochs=2, verbose=0,
        validation_data=batches_of(x, y), validation_steps=3,
    )  # fmt: skip
    assert old.history == new.history
    assert set(old.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    scores = model.evaluate_generator(batches_of(x, y), 7, workers=2)
    assert scores == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    outputs = model.predict_generator(batches_of(x, y), 7, None, 10, 1, True)
    np.testing.assert_allclose(outputs, model.predict(x, verbose=0), rtol=1e-5)
