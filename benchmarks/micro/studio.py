"""What the studio costs: training that is watched, and the pages' frames.

python -m benchmarks.micro.studio [--rounds 5] [--only training|pages] [--store FILE]

Within one training, turns without the callback, with it while nobody looks, and with
somebody who looks (the page in Chromium, else its requests) follow each other; medians
of the time of an epoch, and of the ratios within a round. Where Playwright and Chromium
are there, the frames of each lab in a second, and the bytes and time of every page, are
measured too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from benchmarks.machine import describe

import saccade as keras
from saccade import layers

TABS = ("playground", "convolution", "race", "functions", "augment", "training")
LABS = {
    "playground": "/playground#seed=0.79032",
    "convolution": "/convolution",
    "race": "/race",
}
PICTURES = 3200
FIRST_S, TURN_S, SETTLE_S = 12.0, 2.5, 1.0
LOADS = 5
KINDS = ("plain", "unwatched", "watched")


class Switched(keras.callbacks.Callback):
    """Takes turns within one training: no studio, a studio, a studio somebody looks at.

    Args:
        studio: the callback that is measured.
        flag: the file that makes the looker look.
        rounds: how often each kind has its turn.
    """

    def __init__(self, studio: keras.callbacks.Studio, flag: Path, rounds: int) -> None:
        super().__init__()
        self._studio, self._flag = studio, flag
        # Somebody looks first, so that the studio has compiled what it computes;
        # another kind is first in each round, so that a drift of the machine meets all.
        kinds = [KINDS[(k + k // len(KINDS)) % len(KINDS)] for k in range(3 * rounds)]
        self._turns = [("watched", FIRST_S), *((kind, TURN_S) for kind in kinds)]
        self.seconds: list[list[float]] = []
        self.kinds: list[str] = []
        self.hooks: list[float] = []
        self.epochs: list[float] = []
        self._until = self._counts = 0.0

    def _next_turn(self, now: float) -> None:
        if not self._turns:
            self.model.stop_training = True
            return
        kind, long = self._turns.pop(0)
        self._until, self._counts = now + long, now + SETTLE_S
        self.kinds.append(kind)
        self.seconds.append([])
        if kind == "watched":
            self._flag.touch()
        else:
            self._flag.unlink(missing_ok=True)

    @property
    def _on(self) -> bool:
        return self.kinds[-1] != "plain"

    def set_model(self, model):
        super().set_model(model)
        self._studio.set_model(model)

    def set_params(self, params):
        super().set_params(params)
        self._studio.set_params(params)

    def set_data(self, training, validation):
        self._studio.set_data(training, validation)

    def on_train_begin(self, logs=None):
        self._studio.on_train_begin(logs)

    def on_train_end(self, logs=None):
        self._flag.unlink(missing_ok=True)
        self._studio.on_train_end(logs)

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()
        if self._start > self._until:
            self._next_turn(self._start)
        if self._on:
            self._studio.on_epoch_begin(epoch, logs)

    def on_progress(self, batch, logs=None, bad=-1):
        if self._on:
            start = time.perf_counter()
            self._studio.on_progress(batch, logs, bad)
            self.hooks.append(time.perf_counter() - start)

    def on_epoch_end(self, epoch, logs=None):
        if self._on:
            start = time.perf_counter()
            self._studio.on_epoch_end(epoch, logs)
            self.hooks.append(time.perf_counter() - start)
            self.epochs.append(time.perf_counter() - self._start)
        if self._start > self._counts:  # pages open and close before
            self.seconds[-1].append(time.perf_counter() - self._start)


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


def measure_training(rounds: int, folder: Path, base: str) -> dict[str, object]:
    """Prints and returns epochs' times and their ratios within each round."""
    draw = np.random.default_rng(0)
    x = draw.random((PICTURES, 28, 28, 1), np.float32)
    y = draw.integers(0, 10, PICTURES)
    flag = folder / "look"
    words = [sys.executable, "-m", "benchmarks.micro.looker", base, "lenet", str(flag)]
    looker = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert looker.stdout is not None
    how = looker.stdout.readline().strip()
    studio = keras.callbacks.Studio(folder, name="lenet", open=False)
    switched = Switched(studio, flag, rounds)
    lenet().fit(x, y, batch_size=32, epochs=10**6, verbose=0, callbacks=[switched])
    flag.with_suffix(".end").touch()
    if looker.wait(20):
        raise RuntimeError("nobody looked: see the looker's error above")
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for kind, epochs in list(zip(switched.kinds, switched.seconds, strict=True))[1:]:
        times[kind].append(statistics.median(epochs))
    share = sum(switched.hooks) / sum(switched.epochs)
    print(f"the callback itself: {share * 100:.2f} % of the time of its epochs")
    found: dict[str, object] = {"pictures": PICTURES, "looker": how, "callback": share}
    for kind in KINDS:
        ratios = [a / b for a, b in zip(times[kind], times["plain"], strict=True)]
        found[kind] = {"seconds": times[kind], "ratio": statistics.median(ratios)}
        print(
            f"{kind:<10} {statistics.median(times[kind]) * 1000:8.1f} ms an epoch, "
            f"{(statistics.median(ratios) - 1) * 100:+.1f} % "
            f"({(min(ratios) - 1) * 100:+.1f} to {(max(ratios) - 1) * 100:+.1f})"
        )
    return found


_FRAMES = """() => new Promise((done) => {
  const gaps = [];
  const start = performance.now();
  let last = start;
  const count = (now) => {
    gaps.push(now - last);
    last = now;
    if (now - start < 4000) requestAnimationFrame(count);
    else done(gaps.slice(1));
  };
  document.querySelector("[data-testid=run],[data-testid=play]").click();
  requestAnimationFrame(count);
})"""
_BYTES = """() => performance.getEntries().reduce(
  (sum, entry) => sum + (entry.decodedBodySize || 0), 0)"""


def measure_pages(base: str) -> dict[str, dict[str, float]]:
    """Prints and returns frames a second, bytes, and seconds to be ready."""
    from playwright.sync_api import sync_playwright

    found: dict[str, dict[str, float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        browser.new_page().close()  # the browser's own start is none of the studio's
        for name in TABS:
            seconds = []
            for _ in range(LOADS):
                # A context of its own has an empty cache.
                context = browser.new_context(viewport={"width": 1400, "height": 900})
                page = context.new_page()
                start = time.perf_counter()
                page.goto(base + LABS.get(name, f"/{name}"))
                page.wait_for_selector("body[data-ready]")
                seconds.append(time.perf_counter() - start)
                if len(seconds) < LOADS:
                    context.close()
            ready, slowest = statistics.median(seconds), max(seconds)
            found[name] = {"ready": ready, "bytes": page.evaluate(_BYTES)}
            found[name]["slowest"] = slowest
            words = (
                f"{name:<12} {found[name]['bytes'] / 1000:5.0f} kB in {ready:.2f} s "
                f"(slowest of {LOADS}: {slowest:.2f})"
            )
            if name in LABS:
                gaps = sorted(page.evaluate(_FRAMES))
                found[name]["frames"] = 1000 * len(gaps) / sum(gaps)
                found[name]["slow_gap"] = gaps[int(0.95 * len(gaps))]
                words += (
                    f", {found[name]['frames']:.1f} frames a second, 95 % within "
                    f"{found[name]['slow_gap']:.1f} ms"
                )
            print(words)
            page.context.close()
        browser.close()
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("training", "pages"))
    parser.add_argument("--store", type=Path, help="a file of JSON for the figures")
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
        found: dict[str, object] = {"machine": describe()}
        if options.only != "pages":
            found["training"] = measure_training(options.rounds, folder, base)
        if options.only != "training" and shutil.which("chromium"):
            found["pages"] = measure_pages(base)
        if options.store:
            before = (
                json.loads(options.store.read_text()) if options.store.exists() else {}
            )
            options.store.write_text(json.dumps({**before, **found}, indent=1) + "\n")
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
