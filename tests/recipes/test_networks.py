"""The networks by name, and those of the user's programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.core._errors import ConfigError
from saccade.recipes._networks import NETWORKS, build_network, check_name

pytestmark = pytest.mark.usefixtures("no_aliases")


def program(tmp_path: Path, body: str) -> str:
    """Writes a program and returns the name of its network."""
    file = tmp_path / "net.py"
    file.write_text(body)
    return f"{file}:create_model"


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("shape", [(150, 120, 3), (28, 28, 1)])
def test_every_network_takes_any_pictures(
    name: str, shape: tuple[int, int, int]
) -> None:
    built = build_network(name, shape, 5)
    assert built.model.input_shape == (None, *shape)
    assert built.model.output_shape == (None, 5)


SEQUENTIAL = """
from tensorflow import keras
from keras import layers
def create_model({arguments}):
    model = keras.Sequential([
        layers.Input({shape}), {first} layers.Flatten(),
        layers.Dense({classes}, activation="softmax")])
    {compile}
    return model
"""


@pytest.mark.parametrize(
    ("arguments", "shape", "classes"),
    [
        ("", "(8, 8, 3)", "3"),
        ("input_shape", "input_shape", "3"),
        ("input_shape, num_classes", "input_shape", "num_classes"),
        ("n_classes, input_shape", "input_shape", "n_classes"),
        ("a, b, c=1", "a", "b"),
        ("shape, *, classes=9", "shape", "classes"),
    ],
)
def test_a_program_takes_what_it_names(
    tmp_path: Path, arguments: str, shape: str, classes: str
) -> None:
    body = SEQUENTIAL.format(
        arguments=arguments, shape=shape, classes=classes, first="", compile=""
    )
    built = build_network(program(tmp_path, body), (8, 8, 3), 3)
    assert built.model.output_shape == (None, 3)
    assert built.optimizer is None
    assert "1/255 was put before it" in built.notes[0]


def test_a_program_keeps_its_scaling_and_its_optimizer(tmp_path: Path) -> None:
    body = SEQUENTIAL.format(
        arguments="", shape="(8, 8, 3)", classes="3",
        first="layers.Rescaling(1 / 255),",
        compile='model.compile("sgd", "sparse_categorical_crossentropy")',
    )  # fmt: skip
    built = build_network(program(tmp_path, body), (8, 8, 3), 3)
    assert len(built.model.layers) == 3
    assert type(built.optimizer).__name__ == "SGD"
    assert "its optimizer SGD" in built.notes[0]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("def create_model(): return 3", "returned int, not a model"),
        ("def create_model(:", r"net\.py, line 1 raised: SyntaxError"),
        ("x = 1\n1 / 0", r"net\.py, line 2 raised: ZeroDivisionError"),
        ("def create_model():\n  raise OSError('x')", r"line 2 raised: OSError\('x'\)"),
        ("raise SystemExit(3)", "ends itself"),
        ("def creat_model(): pass", "did you mean 'creat_model'"),
        ("def create_model(a, b, c): pass", "needs `c`, which is not known"),
        (
            SEQUENTIAL.format(
                arguments="", shape="(8, 8, 3)", classes="4", first="", compile=""
            ),
            r"outputs of shape \(1, 4\) for one picture, but there are 3 classes",
        ),
        (
            SEQUENTIAL.format(
                arguments="", shape="(8, 8, 3)", classes="3", first="", compile=""
            ).replace("softmax", "relu"),
            "no probabilities",
        ),
    ],
)
def test_programs_that_cannot_be_used(tmp_path: Path, body: str, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        build_network(program(tmp_path, body), (8, 8, 3), 3)


def test_names_are_checked_before_pictures_are_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'lenet'"):
        check_name("lenett")
    with pytest.raises(ConfigError, match=r"did you mean 'net\.py:create_model'"):
        check_name("net.py")
    (tmp_path / "net.py").touch()
    with pytest.raises(ConfigError, match=r"no program .*\nFix: did you mean"):
        check_name(f"{tmp_path / 'nett.py'}:f")
    with pytest.raises(ConfigError, match="names no function"):
        check_name(f"{tmp_path / 'net.py'}:a b")
