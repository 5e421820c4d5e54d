"""`saccade explain`: what is printed, what is written, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

import saccade
from saccade import layers
from saccade.cli import main
from saccade.cli._explain_subjects import SUBJECTS
from saccade.runs import RunWriter


def run(*words: object) -> int:
    try:
        return main(["explain", *(str(word) for word in words)])
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, a picture and a file that is none."""
    folder = tmp_path_factory.mktemp("explain")
    model = saccade.Sequential(
        [
            saccade.Input((6, 6, 3)),
            layers.Conv2D(2, 3, name="conv", kernel_initializer="ones"),
            layers.Flatten(),
            layers.Dense(2, name="top"),
        ],
        name="net",
    )
    model.save(folder / "net.keras")
    Image.fromarray(np.full((6, 6, 3), 2, "uint8")).save(folder / "two.png")
    (folder / "page.png").write_text("<html>")
    return folder


def test_a_convolution_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("convolve", "--input", "1 2 3 4", "--kernel", "1 0", "--stride", 2) == 0
    assert capsys.readouterr().out.splitlines() == [
        "size: (4 - 2) / 2 + 1 = 2",
        "parameters: 2",
        "out[0] = 1 × 1 + 2 × 0 = 1",
        "out[1] = 3 × 1 + 4 × 0 = 3",
    ]


@pytest.mark.parametrize("name", [n for n, s in SUBJECTS.items() if n not in (
    "channels", "augment", "layers", "cell")])  # fmt: skip
def test_each_subject_has_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(name) == 0
    assert len(capsys.readouterr().out.splitlines()) >= 2


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["convolve", "--input", "2 1 3; 4 0 2; 1 5 6", "--kernel", "-1 -2; 1 2"],
         "out[1, 1] = 0 × (-1) + 2 × (-2) + 5 × 1 + 6 × 2 = 13"),
        (["convolve", "--input", "[[[1, 2], [3, 4]]]", "--kernel",
          "[[[[1], [1]]]]", "--bias", "-1", "--activation", "relu"],
         "out[0, 1] = (3) + (4) - 1 = 6"),
        (["convolve", "--input", "1 1 1; 1 2 1; 1 1 1", "--kernel", "edges"], "= 8"),
        (["neuron", "--inputs", "1", "--weights", "-2", "--bias", "-.5",
          "--activation", "relu"], "z = 1 × (-2) - 0.5 = -2.5"),
        (["pooling", "--input", "1 3;5 2", "--kind", "average"], "= 2.75"),
        (["padding", "--kinds", "valid 1"], "padding 1: output 6"),
        (["stride", "--strides", "2,3"], "stride 3: output 2"),
        (["parameters", "--shape", "28x28x1", "--filters", "4"], "4 filters = 40"),
        (["parameters", "--no-bias"], "1 units = 2,764,800"),
        (["functions", "relu"], "relu(x) = max(0, x)"),
        (["vanishing", "relu", "--layers", "3"], "relu: after 3 layers"),
        (["softmax", "--logits", "0 0", "--target", "1"], "loss -ln p = 0.6931"),
        (["losses", "--targets", "1 0", "--predictions", ".5 .5"], "mean: 0.6931"),
        (["race", "--start", "-1 -1", "--optimizers", "sgd adam", "--rate", "sgd=0.5",
          "--steps", "7"], "start (-1, -1), 7 steps"),
        (["basins", "--size", "3", "--steps", "4"], "SGD on two_gaussians"),
    ],
)  # fmt: skip
def test_options_reach_the_functions(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 0
    assert text in capsys.readouterr().out


def test_models_and_pictures(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("layers", place / "net.keras") == 0
    assert "net: 122 parameters" in capsys.readouterr().out
    cell = ("cell", place / "net.keras", place / "two.png", "--layer")
    assert run(*cell, "conv", "--position", "0 1", "--filter", 1) == 0
    # 27 weights of 1, and each pixel is 2.
    assert "the layer itself gave 54" in capsys.readouterr().out
    assert run(*cell, "-1", "--filter", 1) == 0
    assert "Dense 'top': (32,) -> (2,), unit 1" in capsys.readouterr().out
    convolve = ("convolve", "--input", place / "two.png", "--kernel")
    assert run(*convolve, "identity") == 0
    assert "rows: (6 - 3) / 1 + 1 = 4" in (printed := capsys.readouterr().out)
    assert printed.splitlines()[-1].endswith(" = 2")
    assert run("pooling", "--input", place / "page.png") == 2
    assert "cannot be read" in capsys.readouterr().err
    augment = ("augment", place / "two.png", "--size", 8, "--steps")
    assert run(*augment, "flip_lr|invert(1)", "--count", 2) == 0
    assert capsys.readouterr().out.splitlines() == [
        "flip_lr    a pixel changes by 0.0 of 255 on average",
        "invert(1)  a pixel changes by 251.0 of 255 on average",
    ]
    assert run(*augment, "mixup") == 2
    assert "mixup and cutmix need several pictures" in capsys.readouterr().err
    assert run("channels", place / "two.png", "--corner", "1 2") == 0
    assert "rows 1..5, columns 2..5" in capsys.readouterr().out


def test_pictures_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    words = ("convolve", "--input", "1 2 3", "--kernel", "1 0", "--out")
    assert run(*words, tmp_path / "steps.gif", "--seconds", 0.2) == 0
    assert capsys.readouterr().out == f"Written to {tmp_path / 'steps.gif'}\n"
    with Image.open(tmp_path / "steps.gif") as image:
        assert image.n_frames == 2
    assert run(*words, tmp_path / "one.svg", "--position", 1) == 0
    assert "<svg" in (tmp_path / "one.svg").read_text()
    assert run(*words, tmp_path / "no" / "one.png") == 2
    assert "No such file or directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["convolv"], "there is no subject 'convolv'. Did you mean 'saccade explain "
         "convolve'? Subjects: neuron, convolve,"),
        (["convolve", "--input", "1 b"], "'b' is no number in '1 b'; write numbers"),
        (["convolve", "--input", " "], "there are no numbers"),
        (["convolve", "--input", "[1"], "is no list"),
        (["convolve", "--input", "1 2; 3"], "rows of the same length"),
        (["convolve", "--input", "1", "--kernel", "1 2"],
         "saccade explain convolve: the window has 2 cells, more than the input"),
        (["convolve", "--kernel", "edgs"], "did you mean 'edges'?"),
        (["convolve", "--stride", "x"], 'must be whole numbers such as "3 4", got'),
        (["functions", "--out", "a.gif"], "functions does not move"),
        (["convolve", "--out", "a.bmp"], "must end with .png, .svg, .pdf, .gif, got"),
        (["race", "--rate", "sgd"], "such as sgd=0.1, got 'sgd'"),
        (["losses", "--targets", "1"], "are given together"),
        (["channels"], "required: PICTURE"),
        (["channels", "{}/page.png"], "page.png' cannot be read: "),
        (["channels", "{}/no.png"], "no.png' cannot be read: No such file"),
        (["channels", "{}/two.png", "--corner", "1"], "two numbers"),
        (["layers", "{}/no.keras"], "there is no file"),
        (["layers", "{}/two.png"], "two.png"),
        (["cell", "{}/net.keras", "{}/two.png", "--layer", "cnov"], "mean 'conv'?"),
    ],
)  # fmt: skip
def test_mistakes(
    words: list[str], text: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*(word.replace("{}", str(place)) for word in words)) == 2
    captured = capsys.readouterr()
    assert text in captured.err
    assert captured.out == ""


def test_without_matplotlib_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run("neuron", "--out", "neuron.png") == 2
    assert "pip install 'saccade[plot]'" in capsys.readouterr().err


def test_help_loads_no_jax() -> None:
    program = (
        "import sys\nfrom saccade.cli import main\nmain(['explain'])\n"
        "print([m for m in ('jax', 'numpy', 'matplotlib') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "  convolve      a convolution, 1-D or 2-D" in ended.stdout
    assert ended.stdout.endswith("\n[]\n")


def test_model_that_is_not_built_is_named(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keras saves such models; saccade does not, so the file is put together here."""
    model = saccade.Sequential([layers.Dense(2, name="top")], name="late")
    file = tmp_path / "late.keras"
    with h5py.File(tmp_path / "empty.h5", "w") as weights:
        weights.create_group("layers")
    with zipfile.ZipFile(file, "w") as pack:
        config = saccade.saving.serialize_keras_object(model)
        pack.writestr("config.json", json.dumps(config))
        pack.writestr("metadata.json", json.dumps({"keras_version": "3.15.0"}))
        pack.write(tmp_path / "empty.h5", "model.weights.h5")
    for words in (["layers", file], ["cell", file, place / "two.png", "--layer", 0]):
        assert run(*words) == 2
        said = capsys.readouterr().err
        assert f"saccade explain {words[0]}: model 'late' is not built" in said
        assert "Fix: give it an `Input(shape)`, or call fit or build first." in said
        assert "Traceback" not in said


def test_race_over_a_networks_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["race", "--surface", "network", "--optimizers", "momentum adam"]
    assert run(*words) == 0
    said = capsys.readouterr().out
    assert "minimum 1: (0.6351, -0.6613)" in said
    assert said.splitlines()[-1].endswith("minimum 1")
    pytest.importorskip("matplotlib")
    assert run(*words, "--steps", 20, "--out", tmp_path / "race.png") == 0
    with Image.open(tmp_path / "race.png") as picture:
        assert picture.width > 1000
    assert run("race", "--surface", "networks") == 2
    assert "did you mean 'network'?" in capsys.readouterr().err


def test_run_that_the_studio_shows_is_explained_at_any_epoch(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = saccade.Sequential([saccade.Input((6, 6, 3)), layers.Conv2D(1, 3)])
    writer = RunWriter(tmp_path, "kept")
    writer.begin({"model": model.to_json()})
    for epoch in (0, 2):
        writer.keep_weights(epoch, [np.full((3, 3, 3, 1), epoch), np.zeros(1)])
    words = ["cell", writer.folder, place / "two.png", "--layer", 0]
    words += ["--position", "0 0"]
    assert run(*words) == 0
    assert "the layer itself gave 108" in capsys.readouterr().out  # 27 x 2 x 2
    assert run(*words, "--epoch", 0) == 0
    assert "the layer itself gave 0" in capsys.readouterr().out
    assert run("layers", writer.folder) == 0
    capsys.readouterr()
    assert run(*words, "--epoch", 1) == 2
    assert "no weights after epoch 1; take 0" in capsys.readouterr().err
    assert run("layers", place / "net.keras", "--epoch", 1) == 2
    assert "--epoch is for folders" in capsys.readouterr().err
