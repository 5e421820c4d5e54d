"""The progress bar beside Keras' own: the same letters, without its backspaces."""

from __future__ import annotations

import io
import sys

import pytest

keras = pytest.importorskip("keras")

from keras.src.utils import progbar as keras_progbar  # noqa: E402

from saccade.utils import Progbar, _progbar  # noqa: E402

pytestmark = pytest.mark.parity


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 50.0

    def time(self) -> float:
        return self.now

    perf_counter = time


STEPS = [
    (1, [("loss", 12.5), ("acc", 0.25)], 0.7),
    (2, [("loss", 3.5), ("acc", 0.0005)], 0.01),
    (9, [("loss", 1e-7), ("acc", 0.5)], 0.2),
    (10, [("loss", -1.25), ("acc", 1.0)], 61.3),
    (40, [("loss", float("nan")), ("acc", 0.9)], 3.0),
    (120, [("loss", -0.5), ("acc", 0.9), ("val_loss", 1e-4)], 0.5),
]


def shown(bar_class: type, monkeypatch: pytest.MonkeyPatch, **arguments: object) -> str:
    stream, clock = Terminal(), Clock()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(_progbar, "time", clock)
    monkeypatch.setattr(keras_progbar, "time", clock)
    bar = bar_class(**arguments)
    for current, values, pause in STEPS:
        clock.now += pause
        bar.update(current, values)
    bar.add(0, [("loss", 2.0)])
    return stream.getvalue().replace("\b", "")


@pytest.mark.parametrize("verbose", [0, 1, 2])
@pytest.mark.parametrize("target", [120, 3000, None])
@pytest.mark.parametrize(
    "kinds",
    [
        {},
        {"stateful_metrics": ["loss"]},
        {"stateless_metrics": ["acc"]},
        {"stateless_metrics": [], "unit_name": "sample", "width": 7},
    ],
)
def test_same_letters(
    verbose: int,
    target: int | None,
    kinds: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    arguments = {"target": target, "verbose": verbose, **kinds}
    expected = shown(keras_progbar.Progbar, monkeypatch, **arguments)
    assert shown(Progbar, monkeypatch, **arguments) == expected
