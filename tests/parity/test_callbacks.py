"""Callbacks do, print and write what those of Keras do, for the same logged numbers."""

from __future__ import annotations

import csv
import warnings

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import saccade  # noqa: E402

pytestmark = pytest.mark.parity

LIBRARIES = (keras, saccade)


class Optimizer:
    """A learning rate, in the precision of the real one."""

    def __init__(self):
        self._rate = np.float32(1.0)

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._rate = np.float32(value)


class FakeModel:
    """Enough of a model for callbacks; writes down what they do to it."""

    metrics = ()

    def __init__(self):
        self.stop_training = False
        self.optimizer = Optimizer()
        self.done = []
        self.epoch = 0

    def get_weights(self):
        return [np.array([self.epoch])]

    def set_weights(self, weights):
        self.done.append(("set_weights", int(weights[0][0])))

    def save_weights(self, path, overwrite=True):
        self.done.append(("save_weights", path, overwrite))

    def save(self, path, overwrite=True):
        self.done.append(("save", path, overwrite))


def play(library, make, logs, batches=3):
    """Runs epochs with given logs; returns all that can be seen of a callback."""
    model = FakeModel()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        callback = make(library.callbacks)
    told = library.callbacks.CallbackList(
        [callback], add_history=True, model=model, verbose=0, epochs=9, steps=batches
    )
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told.on_train_begin()
        for epoch, values in enumerate(logs):
            model.epoch = epoch
            told.on_epoch_begin(epoch)
            seen.append(float(model.optimizer.learning_rate))
            for batch in range(batches):
                told.on_train_batch_begin(batch)
                told.on_train_batch_end(batch, values)
            told.on_epoch_end(epoch, dict(values))
            if model.stop_training:
                break
        told.on_train_end({})
    history = next(
        c for c in told.callbacks if isinstance(c, library.callbacks.History)
    )
    return seen, model.done, model.stop_training, history.epoch, history.history


def same(make, logs, capsys):
    results = []
    for library in LIBRARIES:
        result = play(library, make, logs)
        results.append((*result, capsys.readouterr().out))
    expected, got = results
    assert got == expected
    return expected


def losses(*values, name="val_loss"):
    return [{"loss": 1.0, name: float(v)} for v in values]


DOWN_AND_UP = losses(3, 2, 2.05, 1.9, 1.85, 1.9, 2.0, 2.1, 1.0, 1.1, 1.2, 1.3)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"patience": 2},
        {"patience": 3, "min_delta": 0.1},
        {"patience": 2, "min_delta": -0.1, "verbose": 1},
        {"patience": 1, "restore_best_weights": True, "verbose": 1},
        {"patience": 2, "baseline": 1.95},
        {"patience": 2, "baseline": 0.5, "restore_best_weights": True, "verbose": 1},
        {"patience": 1, "start_from_epoch": 6, "restore_best_weights": True},
        {"patience": 2, "mode": "max", "verbose": 1},
        {"monitor": "nothing", "mode": "min"},
        {"monitor": "val_loss", "mode": "wrong", "patience": 1},
    ],
)
def test_early_stopping(arguments, capsys):
    same(lambda c: c.EarlyStopping(**arguments), DOWN_AND_UP, capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        {"patience": 1},
        {"patience": 2, "factor": 0.5, "verbose": 1},
        {"patience": 1, "cooldown": 2, "verbose": 1},
        {"patience": 1, "factor": 0.3, "min_lr": 0.2, "verbose": 1},
        {"patience": 1, "min_delta": 0.2, "verbose": 1},
        {"patience": 0, "factor": 0.9},
        {"patience": 1, "mode": "max", "factor": 0.7, "verbose": 1},
        {"monitor": "nothing", "mode": "min"},
    ],
)
def test_reduce_lr_on_plateau(arguments, capsys):
    same(lambda c: c.ReduceLROnPlateau(**arguments), DOWN_AND_UP, capsys)


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch: 0.1 / (epoch + 1),
        lambda epoch, rate: rate * 0.7,
        lambda epoch, rate: rate if epoch < 2 else float(np.exp(-0.1) * rate),
        lambda epoch: np.float32(0.3),
    ],
)
def test_learning_rate_scheduler(schedule, capsys):
    same(lambda c: c.LearningRateScheduler(schedule, verbose=1), DOWN_AND_UP, capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"verbose": 1},
        {"save_best_only": True, "verbose": 1},
        {"save_best_only": True, "initial_value_threshold": 1.95, "verbose": 1},
        {"save_best_only": True, "mode": "max", "verbose": 1},
        {"save_best_only": True, "monitor": "nothing", "mode": "min"},
        {"save_freq": 2},
        {"save_freq": 5, "save_best_only": True, "verbose": 1},
    ],
)
def test_model_checkpoint(arguments, capsys, tmp_path):
    for name, more in (
        ("a/{epoch:03d}-{val_loss:.2f}.keras", {}),
        ("last.h5", {}),
        ("{epoch}.weights.h5", {"save_weights_only": True}),
    ):
        path = str(tmp_path / name)
        same(
            lambda c, p=path, m=more: c.ModelCheckpoint(p, **arguments, **m),
            DOWN_AND_UP,
            capsys,
        )


def test_improvement_is_decided_in_the_same_precision(capsys):
    """Changes of exactly min_delta, which floats of 64 bits tell apart by chance."""
    draws = np.random.RandomState(0)
    for _ in range(40):
        values = losses(*(draws.randint(0, 12, 12) / 10))
        for arguments in (
            {"patience": 2, "min_delta": 0.1},
            {"patience": 2, "min_delta": 0.1, "mode": "max"},
        ):
            same(lambda c, a=arguments: c.EarlyStopping(**a), values, capsys)
            same(lambda c, a=arguments: c.ReduceLROnPlateau(**a), values, capsys)


@pytest.mark.parametrize("name", ["acc", "val_accuracy", "auc", "f1_score", "strange"])
def test_automatic_direction_needs_a_known_metric(name):
    """Keras asks the metric; saccade also knows usual names, and else refuses too."""
    values = losses(0.5, 0.6, 0.7, name=name)
    if name == "strange":
        for library in LIBRARIES:
            with pytest.raises(ValueError, match="mode='max'"):
                play(library, lambda c: c.EarlyStopping(name), values)
    else:
        assert play(saccade, lambda c: c.EarlyStopping(name), values)[3] == [0, 1, 2]


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("name", ["val_loss", "accuracy"])
def test_csv_logger(tmp_path, append, separator, name):
    texts = []
    logs = [
        {"loss": 1.25, name: 0.5},
        {"loss": 1 / 3, name: 1e-7, "surprise": 4.0},
        {"loss": float("nan")},
        {"loss": np.float64(2.0), name: np.array([1.0, 2.5])},
    ]
    for library in LIBRARIES:
        path = tmp_path / f"{library.__name__}.csv"
        for _ in range(2):
            logger = library.callbacks.CSVLogger(path, separator, append)
            logger.on_train_begin()
            for epoch, values in enumerate(logs):
                logger.on_epoch_end(epoch, values)
            logger.on_train_end()
        texts.append(path.read_bytes())
    assert texts[1] == texts[0]


class Calls:
    """Makes a callback that writes down every call with what it was given."""

    def __new__(cls, library):
        def hook(name):
            def write(self, *args, **kwargs):
                logs = kwargs.get("logs", args[-1] if args else None)
                at = [a for a in args if isinstance(a, int)]
                self.calls.append((name, at, list(logs or ()), type(logs).__name__))

            return write

        base = library.callbacks.Callback
        names = [
            f"on_{what}_{when}"
            for what in ("train", "epoch", "train_batch", "test", "test_batch")
            for when in ("begin", "end")
        ]
        made = type("Recorder", (base,), {name: hook(name) for name in names})()
        made.calls = []
        return made


def trained(library, tmp_path, **arguments):
    """Trains a line on a parabola with many callbacks at once."""
    library.utils.clear_session()
    x = np.linspace(-1, 1, 22, dtype="float32")[:, None]
    model = library.Sequential([library.Input((1,)), library.layers.Dense(1)])
    model.set_weights([np.array([[0.5]]), np.array([0.1])])
    model.compile("sgd", "mse", metrics=["mae"])
    folder = tmp_path / library.__name__
    folder.mkdir()
    calls, c = Calls(library), library.callbacks
    history = model.fit(
        x, x * x, 5, 8, verbose=0, shuffle=False, validation_split=0.3,
        callbacks=[
            c.LearningRateScheduler(lambda epoch, rate: 0.3 if epoch < 2 else rate),
            c.ReduceLROnPlateau(patience=1, factor=0.5, cooldown=1),
            c.EarlyStopping("loss", patience=2, min_delta=0.05,
                            restore_best_weights=True),
            c.CSVLogger(folder / "log.csv"),
            c.ModelCheckpoint(folder / "{epoch}-{val_loss:.3f}.weights.h5",
                              save_weights_only=True, save_best_only=True),
            calls,
        ], **arguments,
    )  # fmt: skip
    rows = list(csv.reader((folder / "log.csv").read_text().splitlines()))
    files = sorted(path.name for path in folder.iterdir())
    return history, rows, files, calls.calls, model.get_weights()


def test_all_together_in_fit(tmp_path):
    expected, got = (trained(library, tmp_path) for library in LIBRARIES)
    assert got[0].epoch == expected[0].epoch
    assert len(got[0].epoch) < 8
    assert list(got[0].history) == list(expected[0].history)
    for name, values in expected[0].history.items():
        assert got[0].history[name] == pytest.approx(values, rel=1e-4), name
    assert got[1][0] == expected[1][0]
    np.testing.assert_allclose(
        np.array(got[1][1:], float), np.array(expected[1][1:], float), rtol=1e-4
    )
    assert got[2] == expected[2]
    assert got[3] == expected[3]
    for a, b in zip(got[4], expected[4], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4)
