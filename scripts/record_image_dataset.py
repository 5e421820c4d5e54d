"""Records what TensorFlow and Keras make of picture files and of shuffled data.

    KERAS_BACKEND=tensorflow python scripts/record_image_dataset.py

Needs TensorFlow, Keras and Pillow; writes tests/data/image_dataset.npz, which holds the
files themselves too.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
TARGET = Path(__file__).resolve().parent.parent / "tests" / "data" / "image_dataset.npz"
METHODS = (
    *("bilinear", "nearest", "bicubic", "area"),
    *("lanczos3", "lanczos5", "gaussian", "mitchellcubic"),
)
SIZES = ((7, 5), (20, 31), (13, 17))
SHUFFLES = (
    (10, 4, 5, True),
    (30, 7, 123, False),
    (20, 100, 0, True),
    (3000, 50, 9, True),
)


def pixels(height: int, width: int, channels: int, seed: int) -> np.ndarray:
    """Makes a smooth picture with some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = [120 + 90 * np.sin(x / (3 + c) + y / (5 - c)) for c in range(channels)]
    noise = rng.normal(0, 12, (height, width, channels))
    return np.clip(np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    """Returns a picture as the content of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def files() -> dict[str, bytes]:
    """Returns small files of each kind by name."""
    rgb = Image.fromarray(pixels(13, 17, 3, 0))
    rgba = Image.fromarray(pixels(13, 17, 4, 1))
    deep = (pixels(13, 17, 1, 2)[..., 0].astype(np.uint16) << 8) + 77
    return {
        "rgb.png": encode(rgb, "png"),
        "rgba.png": encode(rgba, "png"),
        "grey.png": encode(rgb.convert("L"), "png"),
        "deep.png": encode(Image.fromarray(deep), "png"),
        "palette.png": encode(rgb.convert("P"), "png"),
        "bits.png": encode(rgb.convert("1"), "png"),
        "rgb.bmp": encode(rgb, "bmp"),
        "rgb.gif": encode(rgb, "gif"),
        "rgb.jpg": encode(Image.fromarray(pixels(48, 64, 3, 3)), "jpeg", quality=90),
        "grey.jpg": encode(Image.fromarray(pixels(48, 64, 1, 4)[..., 0]), "jpeg"),
        "cmyk.jpg": encode(rgb.convert("CMYK"), "jpeg", quality=95),
    }


def decoded(found: dict[str, np.ndarray]) -> None:
    """Records files as they are decoded in each number of channels."""
    import tensorflow as tf

    for name, content in files().items():
        found[f"file/{name}"] = np.frombuffer(content, np.uint8)
        for channels in (1, 3, 4):
            try:
                picture = tf.io.decode_image(
                    content, channels=channels, expand_animations=False
                )
            except tf.errors.InvalidArgumentError:
                continue
            found[f"decoded/{name}/{channels}"] = picture.numpy()


def resized(found: dict[str, np.ndarray]) -> None:
    """Records a picture in other sizes by each method."""
    import tensorflow as tf

    picture = pixels(13, 17, 3, 0)
    found["picture"] = picture
    for method in METHODS:
        for size in SIZES:
            name = f"{method}/{size[0]}x{size[1]}"
            made = tf.image.resize(tf.constant(picture), size, method=method)
            found[f"resized/{name}"] = made.numpy()
        made = tf.image.resize_with_pad(tf.constant(picture), 9, 20, method=method)
        found[f"padded/{method}"] = made.numpy()


def shuffled(found: dict[str, np.ndarray]) -> None:
    """Records the order of shuffled numbers over three passes."""
    import tensorflow as tf

    for length, size, seed, again in SHUFFLES:
        data = tf.data.Dataset.range(length).shuffle(
            size, seed=seed, reshuffle_each_iteration=again
        )
        passes = [list(data.as_numpy_iterator()) for _ in range(3)]
        found[f"shuffle/{length}/{size}/{seed}/{int(again)}"] = np.array(
            passes, np.int16
        )


def folder(found: dict[str, np.ndarray]) -> None:
    """Records files, labels and pixels of whole data sets from a folder."""
    import keras

    cases = {
        "plain": {"shuffle": False},
        "shuffled": {"seed": 3},
        "training": {"seed": 7, "validation_split": 0.3, "subset": "training"},
        "validation": {"seed": 7, "validation_split": 0.3, "subset": "validation"},
        "binary": {"seed": 1, "label_mode": "binary", "class_names": ["b", "a"]},
        "categorical": {"shuffle": False, "label_mode": "categorical"},
        "cropped": {"shuffle": False, "crop_to_aspect_ratio": True},
        "padded": {"shuffle": False, "pad_to_aspect_ratio": True},
        "nearest": {"shuffle": False, "interpolation": "nearest"},
        "unlabelled": {"seed": 4, "labels": None},
        "channels first": {"shuffle": False, "data_format": "channels_first"},
    }
    with tempfile.TemporaryDirectory() as place:
        write_folder(Path(place))
        for name, settings in cases.items():
            data = keras.utils.image_dataset_from_directory(
                place, image_size=(6, 8), batch_size=4, verbose=False, **settings
            )
            batches = [list(data) for _ in range(2)]
            paths = [
                Path(path).relative_to(place).as_posix() for path in data.file_paths
            ]
            found[f"folder/{name}/settings"] = np.array(json.dumps(settings))
            found[f"folder/{name}/paths"] = np.array(paths)
            labelled = isinstance(batches[0][0], tuple)
            for turn, content in enumerate(batches):
                pictures = [b[0] if labelled else b for b in content]
                found[f"folder/{name}/x{turn}"] = np.concatenate(pictures)
                if labelled:
                    labels = np.concatenate([b[1] for b in content])
                    found[f"folder/{name}/y{turn}"] = labels


def write_folder(place: Path) -> None:
    """Writes a folder of two classes, as the test does."""
    for number in range(11):
        name = place / ("a" if number < 6 else "b") / f"{number:02d}.png"
        name.parent.mkdir(exist_ok=True)
        height, width = 9 + number, 14 - number % 3
        Image.fromarray(pixels(height, width, 3, number)).save(name)


def main() -> None:
    """Writes everything into one file."""
    found: dict[str, np.ndarray] = {}
    decoded(found)
    resized(found)
    shuffled(found)
    folder(found)
    np.savez_compressed(TARGET, **found)
    print(f"{TARGET}: {len(found)} arrays, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
