"""tf.data, tf.io, tf.strings and tf.image as programs put them together."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

PROGRAM = """
import pathlib, sys
import numpy as np
import tensorflow as tf
from tensorflow import keras

folder = pathlib.Path(sys.argv[1])
AUTOTUNE = tf.data.AUTOTUNE
class_names = np.array(sorted(p.name for p in folder.iterdir()))
files = tf.data.Dataset.list_files(str(folder / "*/*"), shuffle=False)
files = files.shuffle(8, reshuffle_each_iteration=False, seed=1)
train, validation = files.skip(2), files.take(2)
print(tf.data.experimental.cardinality(train).numpy())

def get_label(path):
    parts = tf.strings.split(path, "/")
    return tf.argmax(parts[-2] == class_names)

def load(path):
    picture = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    picture = tf.image.convert_image_dtype(picture, tf.float32)
    return tf.image.resize(picture, [8, 8]), get_label(path)

train = train.map(load, num_parallel_calls=AUTOTUNE)
for image, label in train.take(1):
    print("Image shape: ", image.numpy().shape, image.dtype)
    print("Label: ", label.numpy() in (0, 1))

def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    return tf.clip_by_value(tf.image.random_brightness(image, 0.2), 0.0, 1.0), label

options = tf.data.Options()
options.experimental_distribute.auto_shard_policy = None
train = train.cache().shuffle(6).map(augment, num_parallel_calls=AUTOTUNE)
train = train.batch(3).prefetch(buffer_size=AUTOTUNE).with_options(options)
validation = validation.map(load).batch(2)
print(train.element_spec)

model = tf.keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(train, validation_data=validation, epochs=2, verbose=2)
images, labels = next(iter(train))
print(images[0].numpy().astype("uint8").max() <= 1, labels.shape)
print(isinstance(train, tf.data.Dataset))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for number in range(8):
        name = tmp_path / "pictures" / "ab"[number % 2] / f"{number}.jpg"
        name.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 255, (9 + number, 12, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(name)
    return tmp_path / "pictures"


def test_a_program_that_loads_pictures_with_tf_data(folder, tmp_path, launch):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = launch(program, str(folder))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:3] == ["6", "Image shape:  (8, 8, 3) float32", "Label:  True"]
    assert "TensorSpec(shape=(None, 8, 8, 3), dtype=float32)" in lines[3]
    assert sum("val_loss" in line for line in lines) == 2
    assert lines[-2:] == ["True (3,)", "True"]


def test_names_of_data_sets(tf: ModuleType) -> None:
    assert tf.data.AUTOTUNE == tf.data.experimental.AUTOTUNE == -1
    assert tf.data.INFINITE_CARDINALITY == -1
    assert tf.data.UNKNOWN_CARDINALITY == tf.data.experimental.UNKNOWN_CARDINALITY
    data = tf.data.Dataset.from_generator(
        lambda: iter([(1.0, "a")]),
        output_signature=(
            tf.TensorSpec(shape=(), dtype=tf.float32),
            tf.TensorSpec((), tf.string),
        ),
    )
    assert next(data.as_numpy_iterator()) == (np.float32(1), b"a")
    assert tf.data.experimental.cardinality(data).numpy() == -2
    older = tf.data.Dataset.from_generator(
        lambda: iter([1]), tf.int64, tf.TensorShape([])
    )
    assert next(iter(older)).dtype == np.int64
    whole = data.batch(1).apply(tf.data.experimental.unbatch())
    assert len(list(whole.apply(tf.data.experimental.ignore_errors()))) == 1


def test_functions_of_python_are_called_for_each_element(tf: ModuleType) -> None:
    calls = []

    def double(x):
        calls.append(type(x))
        return np.asarray(x) * 2

    data = tf.data.Dataset.range(3)
    once = data.map(lambda x: tf.py_function(func=double, inp=[x], Tout=tf.float32))
    assert [float(x) for x in once] == [0, 2, 4]
    pairs = data.map(
        lambda x: tf.numpy_function(lambda a: (a, a + 1), [x], [tf.int64, tf.int32])[1]
    )
    assert [int(x) for x in pairs] == [1, 2, 3]
    assert len(calls) == 3


def test_files_of_pictures(tf: ModuleType, tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10
    path = str(tmp_path / "a.png")
    tf.io.write_file(path, tf.io.encode_png(pixels))
    content = tf.io.read_file(path)
    assert isinstance(content.numpy(), bytes)
    for decode in (tf.io.decode_png, tf.image.decode_jpeg, tf.io.decode_image):
        np.testing.assert_array_equal(decode(content, channels=3), pixels)
    assert tf.io.decode_png(content).shape == (2, 4, 3)
    assert tf.io.decode_png(content, channels=1).shape == (2, 4, 1)
    floats = tf.io.decode_image(content, dtype=tf.float32)
    np.testing.assert_allclose(floats, pixels / 255, rtol=1e-6)
    frames = [Image.new("L", (3, 2), value) for value in (0, 200)]
    frames[0].save(tmp_path / "b.gif", save_all=True, append_images=frames[1:])
    film = tf.io.read_file(str(tmp_path / "b.gif"))
    assert tf.io.decode_gif(film).shape == (2, 2, 3, 3)
    assert tf.io.decode_image(film, expand_animations=False).shape[0] == 2
    with pytest.raises(ValueError, match="one text was expected"):
        tf.io.decode_png(pixels)
    with pytest.raises(OSError, match="not a picture"):
        tf.io.decode_png(b"text")


def test_texts(tf: ModuleType) -> None:
    parts = tf.strings.split("pictures/ants/1.png", "/")
    assert parts[-2].numpy() == b"ants"
    assert (parts[-2] == np.array(["ants", "bees"])).tolist() == [True, False]
    assert tf.strings.join(["a", "b"], "-").numpy() == b"a-b"
    assert tf.strings.upper(["a", "b"]).tolist() == [b"A", b"B"]
    assert tf.strings.lower("A").numpy() == b"a"
    strip = tf.strings.strip
    assert strip(" A ").numpy() == b"A"
    assert int(tf.strings.length("abc")) == 3
    assert tf.strings.to_number(["1.5"]).tolist() == [1.5]
    assert tf.strings.regex_replace("a1b2", "[0-9]", "").numpy() == b"ab"
    assert bool(tf.strings.regex_full_match("a1", "a[0-9]"))


def test_random_changes_of_pictures(tf: ModuleType) -> None:
    x = np.random.default_rng(0).random((40, 4, 5, 3)).astype("float32")
    flipped = tf.image.random_flip_left_right(x)
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(flipped, x, strict=True)]
    kept = [np.array_equal(a, b) for a, b in zip(flipped, x, strict=True)]
    assert 5 < sum(mirrored) < 35
    assert sum(mirrored) + sum(kept) == 40
    up = tf.image.random_flip_up_down(x)
    assert any(np.array_equal(a, b[::-1]) for a, b in zip(up, x, strict=True))
    part = tf.image.random_crop(x[0], (2, 3, 3))
    windows = [x[0, i : i + 2, j : j + 3] for i in range(3) for j in range(3)]
    assert any(np.array_equal(part, window) for window in windows)
    for change in (
        lambda p: tf.image.random_brightness(p, 0.5),
        lambda p: tf.image.random_contrast(p, 0.5, 1.5),
        lambda p: tf.image.random_saturation(p, 0.1, 0.9),
        lambda p: tf.image.random_hue(p, 0.4),
    ):
        one, other = change(x[0]), change(x[0])
        assert one.shape == x[0].shape
        assert np.abs(one - other).max() > 1e-3
    with pytest.raises(ValueError, match="is larger than"):
        tf.image.random_crop(x[0], (9, 3, 3))
    with pytest.raises(ValueError, match="`method` must be one of"):
        tf.image.resize(x, (2, 2), method="cubic")
    with pytest.raises(ValueError, match="is not inside"):
        tf.image.crop_to_bounding_box(x, 0, 0, 9, 9)
    with pytest.raises(ValueError, match="does not fit"):
        tf.image.pad_to_bounding_box(x, 0, 0, 3, 3)


def test_pictures_of_every_kind_of_array(tf: ModuleType) -> None:
    """NumPy gives NumPy, Tensors give Tensors, and JAX may trace."""
    import jax

    x = np.random.default_rng(0).random((4, 5, 3)).astype("float32")
    data = tf.data.Dataset.from_tensors(x)
    plain = tf.image.adjust_hue(tf.image.resize(x, (6, 7)), 0.1)
    assert type(plain) is np.ndarray
    tensor = tf.image.resize(next(iter(data)), (6, 7))
    assert type(tensor).__name__ == "Tensor"
    traced = jax.jit(lambda p: tf.image.adjust_hue(tf.image.resize(p, (6, 7)), 0.1))(x)
    np.testing.assert_allclose(traced, plain, atol=1e-5)
    cut = jax.jit(lambda p: tf.image.random_crop(p, (2, 2, 3), seed=1))(x)
    assert cut.shape == (2, 2, 3)
