"""ImageDataGenerator beside Keras': the same batches for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

keras = pytest.importorskip("keras")
reference = pytest.importorskip("keras.src.legacy.preprocessing.image")

from saccade.preprocessing import image as ours  # noqa: E402

pytestmark = [
    pytest.mark.parity,
    # Keras' use of a name that SciPy has deprecated, and warnings both give.
    pytest.mark.filterwarnings("ignore"),
]

COURSE = {
    "rescale": 1 / 255,
    "horizontal_flip": True,
    "vertical_flip": True,
    "rotation_range": 90,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
}
SETTINGS = {
    "course": COURSE,
    "pixels": {"width_shift_range": 4, "height_shift_range": [0, 1, 3]},
    "large floats": {"width_shift_range": 2.5, "rotation_range": 10},
    "shear and zoom": {"shear_range": 20, "zoom_range": 0.3, "rotation_range": 5},
    "zoom pair": {"zoom_range": (0.5, 0.8), "fill_mode": "wrap"},
    "constant": {**COURSE, "fill_mode": "constant", "cval": 9.0},
    "reflect": {**COURSE, "fill_mode": "reflect"},
    "nearest pixel": {"zoom_range": 0.4, "interpolation_order": 0},
    "splines": {"rotation_range": 30, "interpolation_order": 3},
    "colours": {"channel_shift_range": 30.0, "brightness_range": (0.5, 1.6)},
    "all": {**COURSE, "channel_shift_range": 9.0, "brightness_range": [0.2, 2.0]},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True},
    "function": {"preprocessing_function": lambda x: x[::-1] + 1, "rescale": 0.5},
    "flips": {"horizontal_flip": True, "vertical_flip": True},
    "plain": {"rescale": 1 / 255},
}


def both(**settings):
    return (
        reference.ImageDataGenerator(**settings),
        ours.ImageDataGenerator(**settings),
    )


def close(found: np.ndarray, expected: np.ndarray, scale: float = 255) -> None:
    """99.9% of pixels within 1/255 of the range of a picture."""
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    off = np.abs(found.astype(float) - expected) > scale / 255
    assert off.mean() <= 0.001


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("classes")
    rng = np.random.default_rng(3)
    for name, count in (("b b", 5), ("ants", 7), ("ё", 4)):
        for number in range(count):
            place = root / name / ("deep" if number % 3 == 2 else ".")
            place.mkdir(parents=True, exist_ok=True)
            size = (*rng.integers(12, 30, 2), 3)
            picture = Image.fromarray(rng.integers(0, 256, size).astype(np.uint8))
            suffix = ("png", "jpg", "BMP")[number % 3]
            picture.save(place / f"{number}.{suffix}")
    (root / "ants" / "notes.txt").touch()
    return root


@pytest.mark.parametrize("shape", [(20, 20, 3), (14, 22, 1)])
@pytest.mark.parametrize("name", SETTINGS)
def test_transformations_have_the_same_parameters_and_pixels(
    name: str, shape: tuple[int, ...]
) -> None:
    theirs, mine = both(**SETTINGS[name])
    x = np.random.default_rng(0).uniform(0, 255, shape).astype("float32")
    for seed in range(6):
        expected = theirs.get_random_transform(shape, seed)
        found = mine.get_random_transform(shape, seed)
        assert found == expected
        close(mine.apply_transform(x, found), theirs.apply_transform(x, expected))
        close(mine.random_transform(x, seed), theirs.random_transform(x, seed))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", SETTINGS)
def test_flow(name: str, data_format: str) -> None:
    settings = SETTINGS[name]
    if data_format == "channels_first" and "brightness_range" in settings:
        pytest.skip("Keras fails")
    theirs, mine = both(**settings, data_format=data_format)
    x = np.random.default_rng(1).integers(0, 256, (7, 12, 12, 3))
    if data_format == "channels_first":
        x = x.transpose(0, 3, 1, 2)
    flows = [g.flow(x, np.arange(7), batch_size=3, seed=5) for g in (theirs, mine)]
    assert len(flows[0]) == len(flows[1])
    for _ in range(5):
        (expected, labels), (found, mine_labels) = next(flows[0]), next(flows[1])
        np.testing.assert_array_equal(mine_labels, labels)
        close(found, expected, 255 * settings.get("rescale", 1))


@pytest.mark.parametrize("name", ["course", "plain", "colours", "splines"])
@pytest.mark.parametrize("mode", ["categorical", "sparse", "binary", "input", None])
def test_flow_from_directory(folder: Path, name: str, mode: str | None) -> None:
    settings = SETTINGS[name]
    flows = [
        generator.flow_from_directory(
            folder,
            target_size=(16, 16),
            class_mode=mode,
            batch_size=4,
            seed=12345,
        )
        for generator in both(**settings)
    ]
    check_files(*flows)
    for _ in range(6):
        check_batch(*[next(flow) for flow in flows], settings.get("rescale", 1))
    for flow in flows:
        flow.reset()
        np.random.seed(1)  # both draw from the global generator
        flow.on_epoch_end()
    for number in (1, 0, 3):
        check_batch(*[flow[number] for flow in flows], settings.get("rescale", 1))
    assert flows[1].total_batches_seen == flows[0].total_batches_seen


def check_files(theirs, mine) -> None:
    for name in ("n", "samples", "num_classes", "class_indices", "filenames"):
        if hasattr(theirs, name):
            assert getattr(mine, name) == getattr(theirs, name), name
    for name in ("filepaths", "image_shape", "target_size", "class_mode", "split"):
        assert getattr(mine, name) == getattr(theirs, name), name
    for name in ("batch_size", "seed", "shuffle", "batch_index", "dtype"):
        assert getattr(mine, name) == getattr(theirs, name), name
    assert len(mine) == len(theirs)
    if getattr(theirs, "classes", None) is not None:
        assert list(mine.classes) == list(theirs.classes)


def check_batch(theirs, mine, scale: float) -> None:
    if isinstance(theirs, np.ndarray):
        close(mine, theirs, 255 * scale)
        return
    assert len(mine) == len(theirs)
    close(mine[0], theirs[0], 255 * scale)
    for found, expected in zip(mine[1:], theirs[1:], strict=True):
        if np.shape(expected) == np.shape(theirs[0]):
            close(found, expected, 255 * scale)
        else:
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("subset", ["training", "validation"])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"classes": ["ё", "ants"]},
        {"color_mode": "grayscale", "interpolation": "bilinear"},
        {"color_mode": "rgba", "keep_aspect_ratio": True, "interpolation": "lanczos"},
        {"shuffle": False, "target_size": (9, 17)},
    ],
)
def test_plain_batches_are_bit_for_bit(
    folder: Path, arguments: dict, subset: str
) -> None:
    arguments = {"target_size": (10, 10), **arguments}
    flows = [
        generator.flow_from_directory(
            str(folder), batch_size=3, seed=7, subset=subset, **arguments
        )
        for generator in both(rescale=1 / 255, validation_split=0.3)
    ]
    check_files(*flows)
    for _ in range(len(flows[0]) + 1):
        (expected, labels), (found, mine_labels) = (next(flow) for flow in flows)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(mine_labels, labels)


FRAME_CASES = [
    {},
    {"class_mode": "sparse", "y_col": "single", "subset": "training"},
    {"class_mode": "sparse", "y_col": "single", "classes": ["ants", "ё"]},
    {"y_col": "single", "weight_col": "weight", "subset": "validation"},
    {"class_mode": "raw", "y_col": "number"},
    {"class_mode": "raw", "y_col": ["number", "weight"]},
    {"class_mode": "multi_output", "y_col": ["number", "weight"]},
    {"class_mode": "input"},
    {"class_mode": None, "validate_filenames": False},
]


@pytest.mark.parametrize("arguments", FRAME_CASES)
def test_flow_from_dataframe(folder: Path, arguments: dict) -> None:
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*.*"))
    frame = pd.DataFrame({"filename": names})
    frame["single"] = [name.split("/")[0] for name in names]
    frame["class"] = [[one, "all"] for one in frame["single"]]
    frame["number"] = np.arange(len(names))
    frame["weight"] = np.linspace(0, 1, len(names))
    if arguments.get("validate_filenames") is False:
        frame = frame[~frame["filename"].str.endswith("txt")]
    flows = [
        generator.flow_from_dataframe(
            frame, folder, target_size=(8, 8), batch_size=4, seed=2, **arguments
        )
        for generator in both(validation_split=0.25, horizontal_flip=True)
    ]
    check_files(*flows)
    for _ in range(4):
        expected, found = (next(flow) for flow in flows)
        if arguments.get("class_mode") == "multi_output":
            for one, other in zip(found[1], expected[1], strict=True):
                np.testing.assert_array_equal(one, other)
            expected, found = expected[0], found[0]
        check_batch(expected, found, 1)


@pytest.mark.parametrize(
    "settings",
    [
        {"featurewise_center": True, "featurewise_std_normalization": True},
        {"featurewise_std_normalization": True, "rescale": 0.01},
        {"zca_whitening": True, "zca_epsilon": 1e-3},
        {"featurewise_center": True, "data_format": "channels_first"},
    ],
)
@pytest.mark.parametrize("augment", [False, True])
def test_fit_and_standardize(settings: dict, augment: bool) -> None:
    x = np.random.default_rng(4).uniform(0, 255, (12, 6, 6, 3)).astype("float32")
    if "data_format" in settings:
        x = x.transpose(0, 3, 1, 2)
    theirs, mine = both(**settings, rotation_range=20)
    for generator in (theirs, mine):
        generator.fit(x, augment=augment, rounds=2, seed=3)
    for name in ("mean", "std"):
        expected = getattr(theirs, name)
        if expected is None:
            assert getattr(mine, name) is None
        else:
            np.testing.assert_allclose(getattr(mine, name), expected, rtol=1e-4)
    expected = theirs.standardize(np.copy(x[0]))
    np.testing.assert_allclose(
        mine.standardize(np.copy(x[0])), expected, rtol=1e-2, atol=1e-2
    )


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("random_rotation", (30,)),
        ("random_shift", (0.2, 0.3)),
        ("random_shear", (20,)),
        ("random_zoom", ((0.7, 1.2),)),
        ("random_zoom", ((1, 1),)),
        ("random_channel_shift", (20.0,)),
        ("random_brightness", ((0.5, 1.5),)),
        ("apply_channel_shift", (12.0,)),
        ("apply_brightness_shift", (0.7,)),
    ],
)
def test_single_functions(name: str, arguments: tuple) -> None:
    x = np.random.default_rng(5).uniform(0, 255, (3, 12, 15)).astype("float32")
    if "brightness" in name:
        x = x.transpose(1, 2, 0)
    np.random.seed(8)
    expected = getattr(reference, name)(x, *arguments)
    np.random.seed(8)
    close(getattr(ours, name)(x, *arguments), expected)


def test_signatures_begin_like_keras() -> None:
    import inspect

    pairs = [
        (getattr(reference.ImageDataGenerator, name), getattr(mine, name))
        for mine in [ours.ImageDataGenerator]
        for name in ("__init__", "flow", "flow_from_directory", "flow_from_dataframe")
    ]
    pairs += [
        (getattr(reference, name), getattr(ours, name))
        for name in ("DirectoryIterator", "NumpyArrayIterator", "DataFrameIterator")
    ]
    for theirs, mine in pairs:
        expected = inspect.signature(theirs).parameters.values()
        found = inspect.signature(mine).parameters.values()
        extra = {"on_error", "exif_orientation"}
        assert [(p.name, p.default) for p in found if p.name not in extra] == [
            (p.name, p.default) for p in expected
        ]


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of every kind, some with the wrong suffix."""
    root = tmp_path_factory.mktemp("zoo")
    place = root / "odd"
    place.mkdir()
    rng = np.random.default_rng(5)
    noise = Image.fromarray(rng.integers(0, 256, (14, 19, 4)).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = Image.fromarray(rng.integers(0, 65536, (14, 19)).astype(np.uint16))
    frames = [noise.convert("P"), noise.transpose(0).convert("P")]
    noise.convert("L").save(place / "grey.png")
    noise.convert("P").save(place / "palette.png")
    noise.convert("P").save(place / "transparent.png", transparency=3)
    noise.convert("RGBA").save(place / "alpha.png")
    noise.convert("LA").save(place / "grey alpha.png")
    noise.convert("CMYK").save(place / "cmyk.jpg")
    noise.convert("CMYK").save(place / "cmyk.tif")
    noise.convert("1").save(place / "two colours.bmp")
    noise.convert("RGB").save(place / "turned.jpg", exif=exif)
    noise.convert("RGB").save(place / "progressive.jpg", progressive=True)
    noise.convert("RGB").save(place / "png.jpg", "png")
    noise.convert("RGB").save(place / "bmp.jpeg", "bmp")
    frames[0].save(place / "moving gif.jpg", "gif", save_all=True,
                   append_images=frames[1:])  # fmt: skip
    frames[0].save(place / "moving.png", save_all=True, append_images=frames[1:])
    deep.save(place / "16 bits.png")
    deep.save(place / "16 bits.tiff")
    return root


@pytest.mark.parametrize("color_mode", ["rgb", "grayscale", "rgba"])
@pytest.mark.parametrize("size", [(14, 19), (8, 8)])
def test_every_kind_of_picture_is_converted_as_keras_does(
    zoo: Path, color_mode: str, size: tuple[int, int]
) -> None:
    flows = [
        generator.flow_from_directory(
            str(zoo), size, color_mode, class_mode=None, shuffle=False, batch_size=20
        )
        for generator in both()
    ]
    check_files(*flows)
    expected, found = (next(flow) for flow in flows)
    for name, a, b in zip(flows[0].filenames, expected, found, strict=True):
        np.testing.assert_array_equal(b, a, err_msg=name)
