"""`saccade train`, `evaluate` and `predict`: words, output, exit codes."""

from __future__ import annotations

import csv
import errno
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade import layers
from saccade.cli import _train as words
from saccade.cli import main
from saccade.cli._commands import guarded
from saccade.core._errors import ConfigError
from saccade.recipes import TrainRecipe
from saccade.recipes._augment_steps import STEPS
from saccade.recipes._networks import NETWORKS, Network


def _flat(classes: int) -> list[layers.Layer]:
    """A network without convolutions, which compiles soon."""
    return [
        layers.Rescaling(1 / 127.5, offset=-1.0),
        layers.AveragePooling2D(4),
        layers.Flatten(),
        layers.Dense(classes, activation="softmax"),
    ]


def run(*arguments: object) -> int:
    return main([str(word) for word in arguments])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with 'pictures' of two classes, a program, and the run 'first'."""
    NETWORKS["flat"] = Network("for tests", _flat, 1e-2)
    root = tmp_path_factory.mktemp("cli")
    rng = np.random.default_rng(0)
    for number, name in enumerate(("dark ants", "pâle bees")):
        (root / "pictures" / name).mkdir(parents=True)
        for picture in range(8):
            pixels = rng.integers(number * 120, number * 120 + 100, (16, 16, 3))
            image = Image.fromarray(pixels.astype(np.uint8))
            image.save(root / "pictures" / name / f"{picture}.png")
    (root / "net.py").write_text("x == 1")
    assert run(
        "train", root / "pictures", "--model", "flat",
        "--size", "16", "--epochs", "6", "--augment", "flip_lr|rotate(10)",
        "--learning-rate", "0.05", "--batch-size", "4", "--out", root / "first",
        "--quiet",
    ) == 0  # fmt: skip
    yield root
    del NETWORKS["flat"]


def test_a_run_is_repeated_from_its_config(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = place / "first" / "config.toml"
    assert run("train", "--config", config, "--out", place / "second") == 0
    printed = capsys.readouterr().out
    assert "1/255" not in printed
    assert "epoch 6/6" in printed
    history = (place / "first" / "history.csv").read_bytes()
    assert (place / "second" / "history.csv").read_bytes() == history


def test_run_in_the_studio_is_called_as_its_pictures_are(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str | None] = []
    monkeypatch.setattr(words, "show_in_studio", names.append)
    more = ("--epochs", 1, "--quiet", "--studio")
    first = ("--model", "flat", "--size", 16, "--out", place / "shown")
    assert run("train", place / "pictures", *first, *more) == 0
    config = ("--config", place / "first", "--out", place / "shown-2")
    assert run("train", *config, *more) == 0
    assert names == ["pictures", None]


def test_options_go_before_the_config(place: Path) -> None:
    out = place / "third"
    assert run("train", "--config", place / "first", "--epochs", 1, "--out", out,
               "--quiet") == 0  # fmt: skip
    assert "epochs = 1 " in (out / "config.toml").read_text()


def test_a_model_is_measured(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", place / "first", place / "pictures") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("16 pictures: accuracy 1.000 (16 right), loss 0.")
    assert "pâle bees      1.000   1.000         8" in printed


def test_pictures_are_named_in_order(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pale = place / "pictures" / "pâle bees" / "0.png"
    assert run("predict", place / "first", pale, place / "pictures") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 17
    assert lines[0].startswith(f"{pale} ")
    assert "  pâle bees " in lines[0]
    assert "  dark ants " in lines[1]


def test_a_table_for_programs(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"")
    file = tmp_path / "result.csv"
    arguments = ("predict", place / "first", broken, place / "pictures", "--csv")
    assert run(*arguments, "--top", 2) == 1
    captured = capsys.readouterr()
    assert f"cannot be read: {broken}: it is empty" in captured.err
    assert run(*arguments, "--top", 2, "--out", file) == 1
    assert file.read_text("utf-8") == captured.out
    rows = list(csv.reader(io.StringIO(captured.out)))
    assert rows[0] == [
        "file", "class", "probability", "class_2", "probability_2",
        "dark ants", "pâle bees",
    ]  # fmt: skip
    assert len(rows) == 18
    assert rows[1][0] == str(broken)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["train"], "saccade train: no folder of pictures is given"),
        (["train", "{}/picture"], "does not exist.\nFix: did you mean '{}/pictures'"),
        (["train", "{}/first"], "holds no folders and no pictures"),
        (["train", "{}/pictures/dark ants"], "holds 8 pictures and no folders"),
        (["train", "{}/net.py"], "is a file"),
        (["train", "{}/pictures", "--size", "big"], "height x width such as 120x160"),
        (["train", "{}/pictures", "--size", "2"], "number of pixels in 8..4096"),
        (["train", "{}/pictures", "--epochs", "ten"], "invalid int value: 'ten'"),
        (["train", "{}/pictures", "--model", "smal"], "did you mean 'small'"),
        (["train", "{}/pictures", "--model", "no.py:f"], "there is no program 'no.py'"),
        (["train", "{}/pictures", "--augment", "flp"], "did you mean 'flip'"),
        (["train", "{}/pictures", "--on-error", "go"], "one of stop, skip"),
        (["train", "{}/pictures", "--val", "{}/first"], "no folders and no pictures"),
        (["train", "{}/pictures", "--epcohs", "3"], "Did you mean --epochs?"),
        (["train", "--config", "{}/no.toml"], "does not exist"),
        (["train", "--config", "{}/net.py"], "it is no TOML"),
        (["trian", "x"], "Did you mean 'saccade train'?"),
        (["evaluate", "{}/first", "{}/picture"], "did you mean"),
        (["evaluate", "{}/net.py", "{}/pictures"], "is no '.keras' file"),
        (["evaluate", "{}/first"], "the following arguments are required: FOLDER"),
        (["predict", "{}/frst", "x.png"], "did you mean '{}/first'"),
        (["predict", "{}/first", "x.png"], "there is no file or folder 'x.png'"),
        (["predict", "{}/first", "x.png", "--top", "0"], "must be a number from 1 on"),
    ],
)
def test_a_mistake_is_a_message_and_2(
    place: Path,
    arguments: list[str],
    text: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [word.replace("{}", str(place)) for word in arguments]
    try:
        code = run(*words)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    captured = capsys.readouterr()
    assert text.replace("{}", str(place)) in captured.err
    assert captured.err.startswith("saccade")
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_how_commands_fail(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(error: BaseException) -> tuple[int, str]:
        def work() -> int:
            raise error

        return guarded("train", work), capsys.readouterr().err

    assert fail(ConfigError("train: x")) == (2, "saccade train: x\n")
    full = OSError(errno.ENOSPC, "No space left on device", "m.keras")
    expected = "saccade train: 'm.keras': No space left on device.\n"
    assert fail(full) == (1, expected)
    denied = PermissionError(errno.EACCES, "Permission denied", "x")
    assert fail(denied) == (2, "saccade train: 'x': Permission denied.\n")
    assert fail(KeyboardInterrupt())[0] == 130
    assert fail(MemoryError())[0] == 1


def test_the_help_tells_the_defaults_and_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        run("train", "--help")
    text = " ".join(capsys.readouterr().out.split())
    defaults = TrainRecipe("x")
    for name, _, _, meaning in (*words.PICTURES, *words.TRAINING):
        value = getattr(defaults, name[2:].replace("-", "_"))
        if name in ("--val", "--augment", "--learning-rate"):
            continue
        value = value[0] if isinstance(value, tuple) else value
        assert f"({value})" in meaning, name
    for name in {*NETWORKS, *STEPS} - {"flat"}:
        assert name in text


def test_options_load_neither_jax_nor_numpy_before_they_are_right() -> None:
    import subprocess

    program = (
        "import sys\nfrom saccade.cli import main\n"
        "try:\n    main(['train', 'x', '--size', 'y'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('jax', 'numpy') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "[]\n"
