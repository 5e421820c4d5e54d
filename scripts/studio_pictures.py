"""Takes the pictures of the studio for docs/guides/studio.md, with Chromium."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs" / "pictures"
COLOURS = 256

TRAIN = """
import sys
import saccade as keras
from saccade import layers
from saccade.datasets import digits

(x, y), (x_test, y_test) = digits.load_data()
shape = lambda a: a.reshape(-1, 8, 8, 1) / 255.0
model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ],
    name="digits",
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
studio = keras.callbacks.Studio(sys.argv[1], open=False)
model.fit(shape(x), y, epochs=25, verbose=0, callbacks=[studio],
          validation_data=(shape(x_test), y_test))
"""
PAGES = {
    "playground": "/playground?frozen=1#dataset=spiral&networkShape=8,6&optimizer=adam"
    "&learningRate=0.01&seed=0.79032",
    "convolution": "/convolution#input=0,0,0,0,9,9,9,9;0,0,0,0,9,9,9,9;0,0,0,0,9,9,9,9"
    "&kernel=1,0,-1;2,0,-2;1,0,-1&column=2",
    "race": "/race#x=1.2&y=1.6",
    "functions": "/functions",
    "augment": "/augment#spec=flip_lr|rotate(20)|zoom(0.2)|brightness(0.3)|erase(0.3)",
    "training": "/training#run=digits&layer=conv2d&position=2,3&filter=1&example=3",
}

HEIGHTS = {"training": 1250, "functions": 1290, "playground": 1010}


def main() -> None:
    """Writes one picture for each tab."""
    runs = tempfile.mkdtemp()
    subprocess.run([sys.executable, "-c", TRAIN, runs], check=True)
    command = ["-m", "saccade", "studio", "--no-browser", "--runs", runs]
    server = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    address = server.stdout.readline().split()[-1]
    base, _, query = address.partition("/?")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, path in PAGES.items():
            height = HEIGHTS.get(name, 830)
            page = browser.new_page(viewport={"width": 1240, "height": height})
            # The token is what lets the tab Augment send a picture.
            before, mark, state = path.partition("#")
            page.goto(
                f"{base}{before}{'&' if '?' in before else '?'}{query}{mark}{state}"
            )
            page.wait_for_selector("body[data-ready]")
            prepare(page, name)
            save(page.screenshot(), OUT / f"studio-{name}.png")
            page.close()
        browser.close()
    server.terminate()


def prepare(page: Page, name: str) -> None:
    """Brings a tab to where there is something to see."""
    if name == "playground":
        for _ in range(300):
            page.keyboard.press("ArrowRight")
    if name == "augment":
        for _ in range(200):
            if page.evaluate("window.__lab.shown > 1"):
                break
            page.wait_for_timeout(200)
    if name == "training":
        for _ in range(200):
            if page.evaluate("window.__lab.layers !== undefined"):
                break
            page.wait_for_timeout(200)
    page.wait_for_timeout(800)


def save(picture: bytes, path: Path) -> None:
    """Writes a picture with few colours: a third of the bytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
