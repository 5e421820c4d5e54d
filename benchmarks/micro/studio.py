"""What the studio costs: training that is watched, and the pages' frames.

python -m benchmarks.micro.studio [--repeats 5] [--epochs 30]

Training without the callback, with it while nobody looks, and with a reader that asks
for all that the page asks for, take turns; medians of the time of an epoch. Where
Playwright and Chromium are there, the frames of each lab in a second and the time of a
page to be ready are measured too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

import saccade as keras
from saccade import layers

LABS = {
    "playground": "/playground#seed=0.79032",
    "convolution": "/convolution",
    "race": "/race#basins=",
}
PICTURES = 6400


class Epochs(keras.callbacks.Callback):
    """Seconds of each epoch but the first, which compiles."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        if epoch:
            self.seconds.append(time.perf_counter() - self._start)


class Reader(threading.Thread):
    """Asks a studio for what its page asks for, as often as the page does."""

    def __init__(self, base: str, run: str) -> None:
        super().__init__(daemon=True)
        self._base, self._run = base, run
        self.ended = False
        self.answers = 0

    def run(self) -> None:
        while not self.ended:
            start = time.perf_counter()
            for part in ("", "/activations?epoch=99999", "/layers?epoch=99999",
                         "/predictions?epoch=99999"):  # fmt: skip
                try:
                    with urllib.request.urlopen(
                        f"{self._base}/api/runs/{self._run}{part}"
                    ) as answer:
                        answer.read()
                        self.answers += 1
                except OSError:
                    pass  # the run is not there yet
            # As the page does: it waits the longer, the longer an answer takes.
            time.sleep(max(1.0, 14 * (time.perf_counter() - start)))


def lenet() -> keras.Sequential:
    """LeNet-5 as the course has it."""
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="tanh"),
            layers.AveragePooling2D(),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ],
        name="lenet",
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(kind: str, epochs: int, folder: Path, base: str) -> float:
    """Returns the median seconds of an epoch."""
    draw = np.random.default_rng(0)
    x = draw.random((PICTURES, 28, 28, 1), np.float32)
    y = draw.integers(0, 10, PICTURES)
    model, clock = lenet(), Epochs()
    callbacks: list[keras.callbacks.Callback] = [clock]
    reader = None
    if kind != "plain":
        count = len(list(folder.glob("lenet*")))
        name = "lenet" if not count else f"lenet-{count + 1}"
        callbacks.append(keras.callbacks.Studio(folder, name="lenet", open=False))
        if kind == "watched":
            reader = Reader(base, name)
            reader.start()
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0, callbacks=callbacks)
    if reader is not None:
        reader.ended = True
        reader.join()
        if not reader.answers:
            raise RuntimeError("nobody looked: the studio gave no answer")
    return statistics.median(clock.seconds)


def measure_training(repeats: int, epochs: int, folder: Path, base: str) -> None:
    """Prints epochs' times and their ratios."""
    kinds = ("plain", "unwatched", "watched")
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for turn in range(repeats):
        for kind in kinds[turn % 3 :] + kinds[: turn % 3]:
            times[kind].append(train(kind, epochs, folder, base))
    for kind in kinds:
        ratios = [a / b for a, b in zip(times[kind], times["plain"], strict=True)]
        print(
            f"{kind:<10} {statistics.median(times[kind]) * 1000:8.1f} ms an epoch, "
            f"{(statistics.median(ratios) - 1) * 100:+.1f} % "
            f"({(min(ratios) - 1) * 100:+.1f} to {(max(ratios) - 1) * 100:+.1f})"
        )


_FRAMES = """() => new Promise((done) => {
  let frames = 0;
  const start = performance.now();
  const count = () => {
    frames++;
    const passed = performance.now() - start;
    if (passed < 4000) requestAnimationFrame(count);
    else done(frames / passed * 1000);
  };
  document.querySelector("[data-testid=run],[data-testid=play]").click();
  requestAnimationFrame(count);
})"""


def measure_pages(base: str) -> None:
    """Prints frames a second and the time to be ready."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, path in LABS.items():
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            start = time.perf_counter()
            page.goto(base + path)
            page.wait_for_selector("body[data-ready]")
            ready = time.perf_counter() - start
            frames = page.evaluate(_FRAMES)
            print(f"{name:<12} {frames:5.1f} frames a second, ready in {ready:.2f} s")
            page.close()
        browser.close()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    words = ["-m", "saccade", "studio", "--no-browser", "--runs", str(folder)]
    server = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    address = urlsplit(server.stdout.readline().split()[-1])
    base = f"http://{address.netloc}"
    try:
        print(json.dumps({"pictures": PICTURES, "epochs": options.epochs}))
        measure_training(options.repeats, options.epochs, folder, base)
        if shutil.which("chromium"):
            measure_pages(base)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
