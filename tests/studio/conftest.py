"""A running studio and a browser, where there are both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from .pages import Open

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished run of a small network on real digits."""
    from saccade import Input, Sequential, layers
    from saccade.callbacks import Studio
    from saccade.datasets import digits

    folder = tmp_path_factory.mktemp("runs")
    (x, y), _ = digits.load_data()
    x = x[:400].reshape(400, 8, 8, 1) / 255.0
    model = Sequential(
        [
            Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", name="conv2d"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="dense"),
        ],
        name="digits",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    studio = Studio(folder, examples=24, open=False)
    model.fit(
        x[:320], y[:320], epochs=3, verbose=0, callbacks=[studio],
        validation_data=(x[320:], y[320:400]),
    )  # fmt: skip
    branched(folder)
    return folder


def branched(folder: Path) -> None:
    """Trains a network with two inputs and two outputs, and a branch, for an epoch."""
    from saccade import Input, Model, layers
    from saccade.callbacks import Studio
    from saccade.losses import SparseCategoricalCrossentropy

    picture, facts = Input((6, 6, 1), name="picture"), Input((3,), name="facts")
    conv = layers.Conv2D(2, 3, activation="relu", name="conv")(picture)
    side = layers.Conv2D(2, 3, padding="same", name="side")(conv)
    total = layers.Flatten(name="flat")(layers.Add(name="total")([conv, side]))
    both = layers.Concatenate(name="both")([total, facts])
    size = layers.Dense(1, name="size")(both)
    kind = layers.Dense(3, name="kind")(both)  # logits
    model = Model([picture, facts], [size, kind], name="branched")
    losses = {
        "size": "mse",
        "kind": SparseCategoricalCrossentropy(from_logits=True),
    }
    model.compile("sgd", losses)
    draw = np.random.default_rng(0)
    x = {"picture": draw.random((9, 6, 6, 1)), "facts": draw.random((9, 3))}
    y = {"kind": draw.integers(0, 3, 9), "size": draw.integers(10**5, 10**6, (9, 1))}
    model.fit(x, y, verbose=0, callbacks=[Studio(folder, open=False)])
    # `digits` stays the newest, which a page opens by itself.
    os.utime(folder / "branched" / "run.json", (0, 0))


@pytest.fixture(scope="session")
def studio(runs: Path) -> Iterator[str]:
    """The address of a studio, with its token."""
    pytest.importorskip("starlette")
    pytest.importorskip("uvicorn")
    process = subprocess.Popen(
        [sys.executable, "-m", "saccade", "studio", "--no-browser", "--runs", runs],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("The studio is at http://127.0.0.1:"), line
    yield line.split()[-1]
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def visit(studio: str, browser: Any) -> Iterator[Open]:
    """Opens a page; at the end no request went elsewhere and nothing was reported."""
    base = studio.partition("?")[0].rstrip("/")
    troubles: list[str] = []
    contexts = []

    def visit(
        path: str, width: int = 1200, scheme: str = "light", token: bool = False
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()

        def check_request(request: Any) -> None:
            address = urlsplit(request.url)
            if address.scheme != "blob" and address.hostname != "127.0.0.1":
                troubles.append(f"a request to {request.url}")

        page.on("request", check_request)
        page.on("console", lambda said: troubles.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        path, mark, state = path.partition("#")
        query = f"?{urlsplit(studio).query}" if token else ""
        page.goto(base + path + query + mark + state)
        page.wait_for_selector("body[data-ready]")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not troubles
