"""A run that was broken off ends with the same bits as one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import jax
import numpy as np
import pytest

import saccade
from saccade import callbacks, layers, optimizers
from saccade.core._errors import ConfigError, DataWarning, SavingError

rng = np.random.default_rng(0)
X = rng.random((40, 6)).astype("float32")
Y = rng.integers(0, 3, 40)
EPOCHS = 4


class Break(callbacks.Callback):
    """Ends the run in the middle of a step of an epoch."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at = (epoch, batch)
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self.epochs.append(epoch)

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise KeyboardInterrupt


def make_model(rate=None, **optimizer):
    model = saccade.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.3),
            layers.BatchNormalization(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    rate = rate or optimizers.schedules.ExponentialDecay(0.05, 3, 0.9)
    model.compile(
        optimizers.Adam(rate, **optimizer),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def state_of(model):
    return [*model.get_weights(), *(v.numpy() for v in model.optimizer.variables)]


def assert_same(a, b):
    for one, other in zip(state_of(a), state_of(b), strict=True):
        np.testing.assert_array_equal(one, other)


class Numbered(saccade.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return X[index * 10 : index * 10 + 10], Y[index * 10 : index * 10 + 10]


def endless():
    while True:
        order = np.random.permutation(40)
        for start in range(0, 40, 10):
            rows = order[start : start + 10]
            yield X[rows], Y[rows]


class Iterable:
    """Its own order for each pass."""

    def __init__(self):
        self.rng = np.random.default_rng(5)

    def __iter__(self):
        for i in self.rng.permutation(4):
            yield Numbered()[i]


def flow():
    pictures = np.stack([X.reshape(40, 2, 3)] * 3, axis=-1)
    generator = saccade.preprocessing.image.ImageDataGenerator(
        horizontal_flip=True, width_shift_range=1
    )
    given = generator.flow(pictures, Y, batch_size=10)

    class Flat(saccade.utils.PyDataset):
        """The flow's batches as rows; it knows where the flow is."""

        def __len__(self):
            return len(given)

        def __getitem__(self, index):
            x, y = given[index]
            return x[..., 0].reshape(len(x), 6), y

        def on_epoch_end(self):
            given.on_epoch_end()

        def state_dict(self):
            return given.state_dict()

        def load_state_dict(self, state):
            given.load_state_dict(state)

    return Flat()


def dataset(repeat=False):
    data = saccade.data.Dataset.from_tensor_slices((X, Y)).shuffle(40)
    noise = layers.GaussianNoise(0.1, seed=3)
    data = data.map(lambda x, y: (noise(x, training=True), y)).batch(10)
    return data.repeat() if repeat else data


DATA = {
    "arrays": lambda: ((X, Y), {"batch_size": 10}),
    "arrays, part of a pass": lambda: ((X, Y), {"batch_size": 4, "steps_per_epoch": 5}),
    "last batch smaller": lambda: ((X, Y), {"batch_size": 12}),
    "PyDataset": lambda: ((Numbered(),), {}),
    "generator": lambda: ((endless(),), {"steps_per_epoch": 4}),
    "ImageDataGenerator": lambda: ((flow(),), {}),
    "iterable": lambda: ((Iterable(),), {}),
    "Dataset": lambda: ((dataset(),), {}),
    "endless Dataset": lambda: ((dataset(True),), {"steps_per_epoch": 4}),
}


@pytest.mark.parametrize(
    ("kind", "save_freq"),
    [
        *((kind, 3) for kind in DATA),
        ("arrays", "epoch"),
        ("Dataset", "epoch"),
        ("ImageDataGenerator", "epoch"),
    ],
)
def test_resumed_is_unbroken(kind, save_freq, tmp_path):
    """Bit for bit: weights, optimizer, history of what was left to do."""

    def run(model, folder, *more):
        data, arguments = DATA[kind]()
        backup = callbacks.BackupAndRestore(tmp_path / folder, save_freq)
        return model.fit(
            *data, **arguments, epochs=EPOCHS, verbose=0, callbacks=[backup, *more]
        )

    # Equal first weights and first batch; everything later comes from the backup.
    saccade.utils.set_random_seed(1)
    unbroken = make_model()
    history = run(unbroken, "unbroken").history
    saccade.utils.set_random_seed(1)
    with pytest.raises(KeyboardInterrupt):
        run(make_model(), "broken", Break(2, 2))
    if kind not in ("generator", "iterable"):
        saccade.utils.set_random_seed(2)
    else:
        saccade.utils.set_random_seed(1)
    resumed = make_model()
    told = Break(-1, -1)
    rest = run(resumed, "broken", told).history
    assert_same(unbroken, resumed)
    assert told.epochs == [2, 3]
    assert rest == {name: values[2:] for name, values in history.items()}
    assert not (tmp_path / "broken").exists()


PROGRAM = """
    import os, signal, sys
    import numpy as np
    import saccade as keras
    from saccade import callbacks, layers

    class Kill(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if f"{self.epoch}.{batch}" == sys.argv[1]:
                os.kill(os.getpid(), signal.SIGKILL)

    rng = np.random.default_rng(0)
    x = rng.random((40, 6)).astype("float32")
    y = rng.random(40)
    first = keras.initializers.Constant(0.1)
    model = keras.Sequential([
        layers.Input((6,)), layers.Dropout(0.5),
        layers.Dense(4, "relu", kernel_initializer=first), layers.Dense(1)])
    model.compile("adam", "mse")
    model.layers[-1].kernel.assign(np.ones((4, 1)))
    model.fit(x, y, batch_size=10, epochs=3, verbose=0, callbacks=[
        callbacks.BackupAndRestore("backup", save_freq=2, double_checkpoint=True),
        callbacks.CSVLogger("log.csv"), Kill()])
    np.savez("end.npz", *model.get_weights())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_killed_process(tmp_path):
    """No seed is set: the resumed process takes over those of the killed one."""

    def run(death):
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(PROGRAM), death],
            cwd=tmp_path,
            env={**os.environ, "SACCADE_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("1.2").returncode == -signal.SIGKILL
    kept = {p.name: p.read_bytes() for p in (tmp_path / "backup").iterdir()}
    assert set(kept) == {"latest.backup", "previous.backup"}
    ends = []
    for _ in range(2):
        for name, content in kept.items():
            (tmp_path / "backup").mkdir(exist_ok=True)
            (tmp_path / "backup" / name).write_bytes(content)
        found = run("never")
        assert found.returncode == 0, found.stderr
        with np.load(tmp_path / "end.npz") as file:
            ends.append([file[name] for name in file.files])
        lines = (tmp_path / "log.csv").read_text().splitlines()
        assert [line.split(",")[0] for line in lines] == ["epoch", "0", "1", "2"]
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_averages_and_accumulated_gradients(tmp_path):
    """What the optimizer gathers over steps is kept in mid-epoch."""
    ends = []
    for breaks in ([], [Break(1, 2)]):
        saccade.utils.set_random_seed(1)
        for more in (*([one] for one in breaks), []):
            model = make_model(
                use_ema=True, ema_momentum=0.5, gradient_accumulation_steps=3
            )
            backup = callbacks.BackupAndRestore(tmp_path / "b", save_freq=1)
            try:
                model.fit(
                    X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[backup, *more]
                )
            except KeyboardInterrupt:
                continue
            ends.append(model)
    assert_same(*ends)


def test_callbacks_are_restored(tmp_path):
    """Best scores, patience and the learning rate go on where they were."""

    def run(*more):
        watch = [
            callbacks.EarlyStopping("loss", patience=5, restore_best_weights=True),
            callbacks.ReduceLROnPlateau("loss", patience=2, min_delta=9.0),
            callbacks.ModelCheckpoint(
                tmp_path / "best.keras", "accuracy", save_best_only=True, mode="max"
            ),
        ]
        model = make_model(rate=0.01)
        # First in the list, and still it sees what those after it did.
        backup = callbacks.BackupAndRestore(tmp_path / "b")
        model.fit(
            X, Y, batch_size=10, epochs=6, verbose=0, callbacks=[backup, *watch, *more]
        )
        return model, watch

    saccade.utils.set_random_seed(3)
    unbroken, expected = run()
    saccade.utils.set_random_seed(3)
    with pytest.raises(KeyboardInterrupt):
        run(Break(4, 0))
    resumed, found = run()
    assert_same(unbroken, resumed)
    for one, other in zip(expected, found, strict=True):
        a, b = one.state_dict(), other.state_dict()
        jax.tree.map(np.testing.assert_array_equal, a, b)
    assert expected[0].best is not None
    assert float(resumed.optimizer.learning_rate) < 0.01


def test_own_callback_takes_part(tmp_path):
    class Counting(callbacks.Callback):
        total = 0
        seen = None

        def on_epoch_end(self, epoch, logs=None):
            self.total += 1
            self.seen = np.full(2, epoch, "int64")

        def state_dict(self):
            return {"total": self.total, "seen": [self.seen, "text", 0.5]}

        def load_state_dict(self, state):
            self.total = state["total"]
            self.loaded = state["seen"]

    backup = callbacks.BackupAndRestore(tmp_path / "b")
    with pytest.raises(KeyboardInterrupt):
        make_model().fit(
            X, Y, epochs=3, verbose=0, callbacks=[backup, Counting(), Break(2, 0)]
        )
    again = Counting()
    make_model().fit(X, Y, epochs=3, verbose=0, callbacks=[backup, again])
    assert again.total == 3
    np.testing.assert_array_equal(again.loaded[0], [1, 1])
    assert again.loaded[1:] == ["text", 0.5]


def test_stopped_run_is_not_taken_up_again(tmp_path):
    """A kill after EarlyStopping's decision does not add epochs."""
    backup = callbacks.BackupAndRestore(tmp_path / "b", delete_checkpoint=False)
    stop = callbacks.EarlyStopping("loss", min_delta=9.0)
    first = make_model().fit(X, Y, epochs=9, verbose=0, callbacks=[backup, stop])
    assert first.epoch == [0, 1]
    again = make_model().fit(X, Y, epochs=9, verbose=0, callbacks=[backup, stop])
    assert again.epoch == []


def test_kept_backup_and_more_epochs(tmp_path):
    """A longer run goes on from a kept backup, which wins over `initial_epoch`."""
    backup = callbacks.BackupAndRestore(tmp_path / "b", delete_checkpoint=False)
    model = make_model()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=backup)
    assert (tmp_path / "b" / "latest.backup").is_file()
    assert not (tmp_path / "b" / "previous.backup").exists()
    more = model.fit(X, Y, epochs=4, initial_epoch=3, verbose=0, callbacks=backup)
    assert more.epoch == [2, 3]


def test_initial_epoch_without_a_backup(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path / "b")
    run = make_model().fit(X, Y, epochs=4, initial_epoch=3, verbose=0, callbacks=backup)
    assert run.epoch == [3]


def test_other_files_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    backup = callbacks.BackupAndRestore(tmp_path)
    make_model().fit(X, Y, epochs=1, verbose=0, callbacks=backup)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_damaged_backup(damage, double, tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path / "b", double_checkpoint=double)
    with pytest.raises(KeyboardInterrupt):
        make_model().fit(X, Y, epochs=4, verbose=0, callbacks=[backup, Break(3, 0)])
    path = tmp_path / "b" / "latest.backup"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        del content[len(content) // 2 :]
    else:
        content[content.index(b"NUMPY") + 130] ^= 1
    path.write_bytes(content)
    if double:
        with pytest.warns(DataWarning, match="damaged.*goes on from the one before"):
            run = make_model().fit(X, Y, epochs=4, verbose=0, callbacks=backup)
        assert run.epoch == [2, 3]
        return
    model = make_model()
    with pytest.raises(SavingError, match=r"latest.backup' is damaged") as caught:
        model.fit(X, Y, epochs=4, verbose=0, callbacks=backup)
    assert "delete it to start anew" in str(caught.value)


def test_backup_of_another_model(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    make_model().fit(X, Y, epochs=1, verbose=0, callbacks=backup)
    other = saccade.Sequential([layers.Input((6,)), layers.Dense(3)])
    other.compile("adam", "mse")
    before = other.get_weights()
    with pytest.raises(SavingError, match="of another run: 'kernel'") as caught:
        other.fit(X, X[:, :3], verbose=0, callbacks=backup)
    assert "another `backup_dir`" in str(caught.value)
    for one, now in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, now)


def test_arguments():
    with pytest.raises(ConfigError, match="`backup_dir` is empty"):
        callbacks.BackupAndRestore("")
    for wrong in ("batch", 0.15, 0, -1):
        with pytest.raises(ConfigError, match="Invalid value for argument `save_freq`"):
            callbacks.BackupAndRestore("b", save_freq=wrong)


def test_state_that_cannot_be_kept(tmp_path):
    class Wrong(callbacks.Callback):
        def state_dict(self):
            return {"model": object()}

    backup = callbacks.BackupAndRestore(tmp_path)
    with pytest.raises(SavingError, match="cannot keep <object"):
        make_model().fit(X, Y, epochs=1, verbose=0, callbacks=[backup, Wrong()])
