"""The course's programs run unchanged through `saccade run`.

They and the maker of their data sets lie outside the project: in the folder named by
SACCADE_SHARED, or in `shared` beside the project's folder. Without it the tests skip.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("SACCADE_SHARED") or Path(__file__).parents[2].with_name("shared")
)

pytestmark = [
    pytest.mark.course,
    pytest.mark.skipif(
        not (SHARED / "course").is_dir(), reason=f"no course programs in {SHARED}"
    ),
]

EPOCH = r"Epoch {epoch}/{epochs}"
STEP = r"{steps}/{steps} - \d+s - \d+(s|ms|us)/step - {logs}"
NUMBER = r"\d+\.\d{4}(e[+-]\d+)?"


def run(name: str, folder: Path, command: str = "run") -> list[str]:
    """Runs a program in the folder of data sets; returns the lines it printed."""
    (program,) = (SHARED / "course").glob(f"{name}_*.py")
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "JAX_PLATFORMS": "cpu",
        "SACCADE_CACHE": str(folder / "compiled"),
        "PYTHONIOENCODING": "utf-8",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "saccade", command, str(program)],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout.splitlines()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `datasets/` as the programs expect it."""
    made = tmp_path_factory.mktemp("course")
    subprocess.run(
        [sys.executable, "-B", str(SHARED / "make_datasets.py"), str(made)],
        capture_output=True,
        check=True,
    )
    return made


def check_epochs(
    lines: list[str], epochs: int, steps: int, names: list[str]
) -> list[dict[str, float]]:
    """Checks the lines of verbose=2 from the first epoch on; returns their numbers."""
    start = lines.index(f"Epoch 1/{epochs}")
    results = []
    for epoch in range(epochs):
        head, line = lines[start + 2 * epoch : start + 2 * epoch + 2]
        assert head == EPOCH.format(epoch=epoch + 1, epochs=epochs)
        results.append(check_step(line, steps, names))
    return results


def check_step(line: str, steps: int, names: list[str]) -> dict[str, float]:
    """Checks the line that verbose=2 ends an epoch with; returns its numbers."""
    logs = " - ".join(f"{name}: {NUMBER}" for name in names)
    assert re.fullmatch(STEP.format(steps=steps, logs=logs), line), line
    pairs = (part.split(": ") for part in line.split(" - ")[3:])
    return {name: float(value) for name, value in pairs}


def check_summary(lines: list[str], rows: list[tuple[str, ...]], total: str) -> None:
    """Checks the table of `summary()`, whatever its borders are drawn with."""
    text = "\n".join(lines)
    assert 'Model: "sequential"' in text
    cells = [" ".join(re.findall(r"[\w(),.:]+", line)) for line in lines]
    for row in rows:
        assert " ".join(row) in cells, (row, text)
    assert re.search(rf" Total params: {total} \(\d+\.\d\d KB\)", text)
    assert re.search(rf" Trainable params: {total} \(\d+\.\d\d KB\)", text)
    assert " Non-trainable params: 0 (0.00 B)" in text


CONV_ROWS = [
    ("conv2d (Conv2D)", "(None, 28, 28, 4)", "40"),
    ("conv2d_1 (Conv2D)", "(None, 14, 14, 4)", "148"),
]
POOL_ROWS = [
    *CONV_ROWS,
    ("max_pooling2d (MaxPooling2D)", "(None, 7, 7, 4)", "0"),
    ("flatten (Flatten)", "(None, 196)", "0"),
    ("dense (Dense)", "(None, 10)", "1,970"),
]


def test_01_linear_regression(folder: Path) -> None:
    lines = run("01", folder)
    assert re.search(rf"32/32 .*loss: {NUMBER}$", lines[-1])


def test_02_linear_regression_validation(folder: Path) -> None:
    results = check_epochs(run("02", folder), 5, 32, ["loss", "val_loss"])
    losses = [result["loss"] for result in results]
    assert losses == sorted(losses, reverse=True)
    assert results[-1]["val_loss"] < 5  # the noise alone is 4


def test_03_logistic_regression(folder: Path) -> None:
    lines = run("03", folder)
    assert [x for x in lines if x.startswith("Epoch")] == [
        f"Epoch {epoch}/5" for epoch in range(1, 6)
    ]
    assert 0.35 < float(lines[-1].removeprefix("Accuracy: ")) < 1


@pytest.mark.parametrize("name", ["04", "05"])
def test_04_05_metrics(name: str, folder: Path) -> None:
    names = ["acc", "loss", "val_acc", "val_loss"]
    results = check_epochs(run(name, folder), 10, 32, names)
    assert results[-1]["loss"] < results[0]["loss"]
    assert all(0 <= result["val_acc"] <= 1 for result in results)


@pytest.mark.parametrize(
    ("name", "last"),
    [("06", "255]]"), ("07", None), ("08", "1."), ("09", "]"), ("12", None)],
)
def test_06_09_12_pictures_without_a_model(
    name: str, last: str | None, folder: Path
) -> None:
    lines = run(name, folder)
    assert (last in lines[-1]) if last else lines == []
    if name == "09":
        assert lines[0] == "(300, 400, 3)"


def test_10_multiclass_softmax(folder: Path) -> None:
    lines = run("10", folder)
    assert lines[:2] == ["Train: (750, 28, 28)", "Test: (150, 28, 28)"]
    assert re.fullmatch(r"First image class: \d", lines[2])
    names = ["acc", "loss", "val_acc", "val_loss"]
    # One epoch has no line "Epoch 1/1". Its pictures are 0..255, unscaled, so softmax
    # saturates and one epoch need not learn anything.
    result = check_step(lines[3], 24, names)
    assert 0 <= result["val_acc"] <= 1
    assert len(lines) == 4


def test_11_multilayer_training(folder: Path) -> None:
    lines = run("11", folder)
    names = ["acc", "loss", "val_acc", "val_loss"]
    results = check_epochs(lines, 10, 24, names)
    assert results[-1]["val_acc"] > 0.5
    check_step(lines[-2], 5, ["acc", "loss"])
    accuracy = float(re.fullmatch(r"Model accuracy: (\d\d\.\d\d)%", lines[-1])[1])
    assert accuracy == pytest.approx(100 * results[-1]["val_acc"], abs=0.01)


def test_13_conv2d(folder: Path) -> None:
    rows = [
        ("conv2d (Conv2D)", "(None, 26, 26, 4)", "40"),
        ("flatten (Flatten)", "(None, 2704)", "0"),
        ("dense (Dense)", "(None, 10)", "27,050"),
    ]
    check_summary(run("13", folder), rows, "27,090")


def test_14_two_conv2d(folder: Path) -> None:
    rows = [
        *CONV_ROWS,
        ("flatten (Flatten)", "(None, 784)", "0"),
        ("dense (Dense)", "(None, 10)", "7,850"),
    ]
    lines = run("14", folder)
    check_summary(lines, rows, "8,038")
    check_one_step(lines)


@pytest.mark.parametrize("name", ["15", "16"])
def test_15_16_pooling(name: str, folder: Path) -> None:
    lines = run(name, folder)
    check_summary(lines, POOL_ROWS, "2,158")
    check_one_step(lines)


def check_one_step(lines: list[str]) -> None:
    """Checks the bar of one step with one picture."""
    assert re.search(rf"1/1 .*step - acc: {NUMBER} - loss: {NUMBER}$", lines[-1])


def test_17_adam(folder: Path) -> None:
    assert run("17", folder) == []


FOUND = [
    "Found 1263 images belonging to 12 classes.",
    "Found 420 images belonging to 12 classes.",
]


def test_18_image_folder(folder: Path) -> None:
    lines = run("18", folder)
    assert lines[:2] == FOUND
    assert lines[2].startswith("{'Banana': 0, 'Carambola': 1, ")
    assert lines[3] == "(16, 150, 150, 3)"
    check_step(lines[-1], 1, ["acc", "loss", "val_acc", "val_loss"])


def test_19_augmentation(folder: Path) -> None:
    assert run("19", folder) == FOUND


@pytest.mark.parametrize("name", ["11", "18"])
def test_a_check_says_that_they_would_run(name: str, folder: Path) -> None:
    lines = run(name, folder, "check")
    assert any(line.startswith("line ") for line in lines)
    assert lines[-1].startswith("The program would run to its end.")
