"""A rehearsal of a program: what it finds, and that it leaves no trace."""

from __future__ import annotations

import gc
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.launcher import uninstall
from saccade.launcher._rehearsal import Rehearsal, rehearse_program
from saccade.launcher._rehearsal_report import is_ready, program_lines

Rehearse = Callable[[str], Rehearsal]

HEAD = """
import os, shutil
import numpy as np
from tensorflow import keras
x = np.random.default_rng(0).random((300, 6, 6, 1)).astype("float32")
y = np.arange(300) % 4
model = keras.Sequential([
    keras.layers.Input((6, 6, 1)),
    keras.layers.Flatten(),
    keras.layers.Dense(4, activation="softmax"),
])
loss = "sparse_categorical_crossentropy"
"""
COMPILED = HEAD + "model.compile('sgd', loss, metrics=['accuracy'])\n"


@pytest.fixture
def rehearse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearse]:
    """Rehearses a text as `program.py` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    threshold, hook = gc.get_threshold(), sys.excepthook
    # Other tests of this process may have imported the real Keras.
    real = {
        name: sys.modules.pop(name)
        for name in list(sys.modules)
        if name.partition(".")[0] in ("keras", "tensorflow")
    }

    def call(text: str) -> Rehearsal:
        Path("program.py").write_text(textwrap.dedent(text))
        return rehearse_program("program.py")

    yield call
    uninstall()
    sys.modules.update(real)
    gc.set_threshold(*threshold)
    sys.excepthook = hook


def report(found: Rehearsal) -> str:
    return "\n".join(program_lines("program.py", found))


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_good_program_runs_to_its_end_and_changes_nothing(
    rehearse: Rehearse, tmp_path: Path
) -> None:
    for name in ("best.weights.h5", "stale.txt", "notes.txt", "old/a.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(f"the user's {name}")
    program = (
        COMPILED
        + """
os.makedirs("out/deep", exist_ok=True)
save = keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True)
run = model.fit(x, y, epochs=40, validation_split=0.2, batch_size=10,
                callbacks=[save, keras.callbacks.CSVLogger("log.csv")])
assert len(run.history["val_loss"]) == 40 and run.epoch == list(range(40))
model.load_weights("best.weights.h5")
model.save("final.keras")
model.save("out/final.keras")
assert os.path.exists("final.keras")
assert keras.models.load_model("final.keras").count_params() == model.count_params()
found = model.predict(x)
assert found.shape == (300, 4)
np.save("out/deep/found.npy", found)
np.save("found.npy", found)
assert np.load("found.npy").shape == (300, 4)
with open("notes.txt", "a") as file:
    file.write(", and more")
assert open("notes.txt").read() == "the user's notes.txt, and more"
os.rename("found.npy", "renamed.npy")
assert "renamed.npy" in os.listdir()
assert shutil.copy2("renamed.npy", "copy.npy") and os.access("copy.npy", os.R_OK)
import glob, pathlib
assert sorted(glob.glob("*.npy")) == ["copy.npy", "renamed.npy"]
assert len(list(pathlib.Path().glob("*.npy"))) == 2
pathlib.Path("copy.npy").unlink()
assert not pathlib.Path("copy.npy").exists()
shutil.rmtree("old")
os.remove("stale.txt")
print("the end")
"""
    )
    Path("program.py").write_text(program)
    before = snapshot(tmp_path)
    found = rehearse(program)
    assert found.error is None
    assert found.output.endswith("the end\n")
    assert snapshot(tmp_path) == before
    assert not Path("out").exists()
    written = [os.path.relpath(path, tmp_path) for path in found.written]
    assert set(written) == {
        "best.weights.h5", "log.csv", "final.keras", "found.npy", "notes.txt",
        "renamed.npy", os.path.join("out", "deep", "found.npy"),
        os.path.join("out", "final.keras"), "copy.npy",
    }  # fmt: skip
    assert [os.path.basename(path) for path in found.removed] == ["old", "stale.txt"]
    fit, predict = found.calls
    assert (fit.call, fit.steps, fit.epochs, fit.validation_steps) == ("fit", 24, 40, 6)
    assert (fit.x, fit.y, fit.rows) == ("(6, 6, 1) float32", "() int32", 240)
    assert fit.memory.parameters == 4 * 37 * 4
    assert fit.step_s > 0
    assert fit.total_s is not None
    assert fit.total_s > 40 * 24 * fit.step_s
    assert (predict.call, predict.rows, predict.steps) == ("predict", 300, 10)
    text = report(found)
    assert is_ready(found)
    assert "line 17: fit, 40 epochs" in text
    assert "data        240 x (6, 6, 1) float32; targets () int32" in text
    assert "dense (Dense)" in text
    assert text.count("Model: ") == 1
    assert "would be removed (not in this rehearsal)\n  old\n  stale.txt" in text
    assert "The program would run to its end. Expected for its " in text


FIT = "model.fit(x, y, epochs=50, {})\n"
BAD = {
    "labels": (
        COMPILED + "y[-1] = 7\n" + FIT.format(""), "DataError", "got 7 in row 299",
    ),
    "shapes": (
        COMPILED + "x = x.reshape(300, 4, 9, 1)\n" + FIT.format(""), "ShapeError",
        "(None, 6, 6, 1)",
    ),
    "loss": (
        HEAD + "model.compile('sgd', 'sparse_crossentropy')\n", "ConfigError",
        "did you mean",
    ),
    "metric": (
        HEAD + "model.compile('sgd', loss, metrics=['acuracy'])\n",
        "ConfigError", "did you mean 'accuracy'",
    ),
    "validation": (
        COMPILED + FIT.format("validation_data=(x[:9, :, :5], y[:9])"), "ShapeError",
        "fit(validation_data)",
    ),
    "steps": (
        COMPILED + FIT.format("batch_size=32, steps_per_epoch=0"), "ConfigError",
        "steps_per_epoch",
    ),
    "folder": (
        COMPILED + FIT.format("") + "np.save('results/found.npy', model.predict(x))\n",
        "FileNotFoundError", "results/found.npy",
    ),
    "ending": (
        COMPILED + FIT.format("") + "model.save('model.pkl')\n", "SavingError",
        "model.pkl",
    ),
    "name": (COMPILED + FIT.format("") + "print(modell)\n", "NameError", "modell"),
    "history": (
        COMPILED + "run = " + FIT.format("") + "run.history['val_loss']\n", "KeyError",
        "val_loss",
    ),
    "layer": (
        "from tensorflow import keras\nkeras.layers.Conv2d(3, 3)\n",
        "UnavailableNameError", "Conv2D",
    ),
    "syntax": ("import numpy as np\nprint(np.pi\n", "SyntaxError", "never closed"),
    "exit": ("import sys\nsys.exit(3)\n", "SystemExit", "3"),
    "data": (
        COMPILED + "x = np.load('nothing.npy')\n", "FileNotFoundError", "nothing.npy",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_would_end_the_long_run(name: str, rehearse: Rehearse) -> None:
    program, kind, text = BAD[name]
    found = rehearse(program)
    assert type(found.error).__name__ == kind, found.error
    assert text in str(found.error)
    lines = report(found)
    assert not is_ready(found)
    assert "The program would fail" in lines
    if name != "exit":
        assert f"{kind}: " in lines
    last = program.rstrip().splitlines()
    assert found.place == f"line {len(last)}: {last[-1]}"


def test_it_says_how_late_the_run_would_fail(rehearse: Rehearse) -> None:
    slow = """
    class Slow(keras.utils.PyDataset):
        def __len__(self): return 100
        def __getitem__(self, i):
            import time; time.sleep(0.02)
            return x[:8], y[:8]
    model.fit(Slow(), epochs=1000)
    model.nothing
    """
    found = rehearse(COMPILED + textwrap.dedent(slow))
    (fit,) = found.calls
    assert 0.02 <= fit.input_s < 1
    assert fit.total_s is not None
    assert fit.total_s > 1000 * 100 * 0.02
    assert found.seconds < 30
    text = report(found)
    assert "it waits for the data" in text
    assert "The program would fail, about " in text
    assert " s after its start at line 21: model.nothing" in text


def test_generators_give_few_batches_and_have_no_too_few(rehearse: Rehearse) -> None:
    program = (
        COMPILED
        + """
given = []
def batches(many):
    for number in range(many):
        given.append(number)
        yield x[:8], y[:8]
model.fit(batches(2), steps_per_epoch=2)
model.fit(batches(4000), steps_per_epoch=400, epochs=10)
assert len(given) < 60, len(given)
"""
    )
    found = rehearse(program)
    assert found.error is None
    assert [call.steps for call in found.calls] == [2, 400]


def test_pictures_in_folders(rehearse: Rehearse, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("ants", "bees", "wasps"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / name / f"{number}.png")
    program = """
    from tensorflow import keras
    from tensorflow.keras.preprocessing.image import ImageDataGenerator
    data = ImageDataGenerator(rescale=1 / 255, rotation_range=30)
    flow = data.flow_from_directory("data", (6, 6), class_mode="sparse", batch_size=2,
                                    shuffle=False, save_to_dir="copies")
    model = keras.Sequential([keras.layers.Input((6, 6, 3)), keras.layers.Flatten(),
                              keras.layers.Dense({units}, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(flow, epochs=30, validation_data=flow)
    assert model.predict(flow).shape == (36, 3)
    """
    found = rehearse(program.replace("{units}", "3"))
    assert type(found.error) is FileNotFoundError  # there is no folder for the copies
    assert "copies" in str(found.error)
    program = program.replace(', save_to_dir="copies"', "")
    found = rehearse(program.replace("{units}", "3"))
    assert found.error is None
    assert found.calls[0].rows == 36
    assert found.calls[0].steps == found.calls[0].validation_steps == 18
    # The first batches have the first class only; the labels of all files count.
    found = rehearse(program.replace("{units}", "2"))
    assert "0..1" in str(found.error)


def test_data_sets_whose_last_batch_is_smaller(rehearse: Rehearse) -> None:
    program = (
        COMPILED
        + """
class Batches(keras.utils.PyDataset):
    def __len__(self): return 8
    def __getitem__(self, i): return x[40 * i:40 * i + 40], y[40 * i:40 * i + 40]
model.fit(Batches(), epochs=9, validation_data=Batches())
assert len(model.predict(Batches())) == 300
class Again:
    def __iter__(self): return iter([Batches()[i] for i in range(8)])
    def __len__(self): return 8
assert len(model.predict(Again())) == 300
model.evaluate(Again())
"""
    )
    found = rehearse(program)
    assert found.error is None
    assert [call.rows for call in found.calls] == [None, 300, 300, None]
    assert [call.steps for call in found.calls] == [8] * 4


def test_loops_over_single_batches_are_cut(rehearse: Rehearse) -> None:
    program = (
        COMPILED
        + """
for epoch in range(1000):
    for start in range(0, 300, 10):
        loss, accuracy = model.train_on_batch(x[start:start + 10], y[start:start + 10])
assert int(model.optimizer.iterations) == 5
"""
    )
    found = rehearse(program)
    assert found.error is None
    (call,) = found.calls
    assert (call.call, call.steps, call.line) == ("train_on_batch", 30_000, 17)
    assert "30,000 steps of 10" in report(found)


def test_memory_that_is_not_there(rehearse: Rehearse, monkeypatch) -> None:
    found = rehearse(COMPILED + "model.fit(x, y)\n")
    assert is_ready(found)
    monkeypatch.setattr(
        "saccade.launcher._rehearsal_report.free_bytes", lambda device: 1000
    )
    assert not is_ready(found)
    assert "The memory is too small. line 14: fit needs" in report(found)


def test_warnings_and_programs_without_training(rehearse: Rehearse) -> None:
    found = rehearse(COMPILED + "x[3] = np.nan\nmodel.fit(x, y)\n")
    assert is_ready(found)
    assert "warnings\n  fit: " in report(found)
    assert "it trains nothing" in report(rehearse("print(1)\n"))


def test_folders_that_may_not_be_written(rehearse: Rehearse, monkeypatch) -> None:
    Path("closed").mkdir()
    access = os.access
    closed = os.path.abspath("closed")
    # The tests may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda p, m: p != closed and access(p, m))
    found = rehearse("open('closed/a.txt', 'w')\n")
    assert isinstance(found.error, PermissionError)
    found = rehearse("open('closed', 'w')\n")
    assert isinstance(found.error, IsADirectoryError)
    found = rehearse("open('program.py', 'x')\n")
    assert isinstance(found.error, FileExistsError)


def test_everything_is_put_back(rehearse: Rehearse) -> None:
    import builtins
    import shutil

    import h5py

    from saccade.engine import _loop
    from saccade.models import Model

    places = [(builtins, "open"), (os, "stat"), (os, "replace"), (shutil, "rmtree"),
              (h5py, "File"), (_loop, "fit"), (_loop, "predict"),
              (Model, "train_on_batch")]  # fmt: skip
    before = [getattr(*place) for place in places]
    rehearse(COMPILED + "model.fit(x, y)\nraise ValueError('no')\n")
    assert [getattr(*place) for place in places] == before
    Path("real.txt").write_text("real")
    assert Path("real.txt").read_text() == "real"
