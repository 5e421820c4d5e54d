"""The steps that an augmentation may have: their numbers, words and layers.

Reading a spec must not go here; see `_augment_spec`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from saccade.core._errors import UnsupportedFeatureError, message

if TYPE_CHECKING:
    from saccade.core._symbolic import Shape
    from saccade.layers import Layer

Numbers = tuple[float, ...]
Build = Callable[[Numbers, "Shape"], "list[Layer]"]


@dataclasses.dataclass(frozen=True)
class Limit:
    """The range of one number.

    Args:
        name: what it is called in messages.
        low: the least value.
        high: the largest.
        whole: whether it must be a whole number.
    """

    name: str
    low: float
    high: float
    whole: bool = False


@dataclasses.dataclass(frozen=True)
class Step:
    """What a step is.

    Args:
        words: what it does to a picture; {0}, {1} stand for its numbers.
        build: makes its layers from numbers and the shape of a picture.
        defaults: its numbers where none are given.
        limits: their ranges.
        one_for_all: whether one number given stands for all of them.
        mixes_labels: whether labels change too.
    """

    words: str
    build: Build
    defaults: Numbers = ()
    limits: tuple[Limit, ...] = ()
    one_for_all: bool = False
    mixes_labels: bool = False


def _layer(name: str, *args: Any, **kwargs: Any) -> Layer:
    """Makes a layer by its name, since this version may lack it."""
    from saccade import layers

    kind = getattr(layers, name, None)
    if kind is None:
        raise UnsupportedFeatureError(
            message(
                "augment",
                f"needs the layer {name}, which this version of saccade does not have",
                "leave the step out",
            )
        )
    return kind(*args, **kwargs)


def _one(name: str, **options: Callable[..., Any]) -> Build:
    """Returns what makes one layer; each option is computed from the numbers."""

    def build(numbers: Numbers, shape: Shape) -> list[Layer]:
        given = {key: value(*numbers) for key, value in options.items()}
        return [_layer(name, **given)]

    return build


def _about_half(f: float) -> tuple[float, float]:
    """Limits about 0.5, where Keras' layers of colour change nothing."""
    return (0.5 - f / 2, 0.5 + f / 2)


def _always(share: float) -> tuple[float, float]:
    """A share as it is; from one number Keras' layers draw one from 0 on."""
    return (share, share)


def _reflect(*_: float) -> str:
    return "reflect"


def _flip(*modes: str) -> Build:
    return lambda numbers, shape: [_layer("RandomFlip", mode) for mode in modes]


def _crop(numbers: Numbers, shape: Shape) -> list[Layer]:
    from saccade.recipes._warps import RandomPart

    return [RandomPart(numbers[0])]


def _noise(numbers: Numbers, shape: Shape) -> list[Layer]:
    return [_layer("GaussianNoise", numbers[0] * 255)]


def _blur(numbers: Numbers, shape: Shape) -> list[Layer]:
    sigma = numbers[0]
    size = 2 * max(1, round(2 * sigma)) + 1
    return [
        _layer(
            "RandomGaussianBlur",
            factor=(1.0, 1.0),
            kernel_size=size,
            sigma=(sigma / 3, sigma),
        )
    ]


def _share(name: str = "share") -> Limit:
    return Limit(name, 0.0, 1.0)


STEPS: dict[str, Step] = {
    "flip_lr": Step("half of them mirrored left to right", _flip("horizontal")),
    "flip_ud": Step("half of them mirrored top to bottom", _flip("vertical")),
    "flip": Step(
        "mirrored left to right, top to bottom, both or neither",
        _flip("horizontal", "vertical"),
    ),
    "rotate": Step(
        "turned by up to {0} degrees",
        _one("RandomRotation", factor=lambda a: a / 360, fill_mode=_reflect),
        (15.0,),
        (Limit("the angle", 0.0, 360.0),),
    ),
    "shift": Step(
        "shifted by up to {0} of the height and {1} of the width",
        _one(
            "RandomTranslation",
            height_factor=lambda down, across: down,
            width_factor=lambda down, across: across,
            fill_mode=_reflect,
        ),
        (0.1, 0.1),
        (_share(), _share()),
        one_for_all=True,
    ),
    "zoom": Step(
        "made up to {0} smaller or larger",
        _one("RandomZoom", height_factor=lambda f: (-f, f), fill_mode=_reflect),
        (0.2,),
        (Limit("the share", 0.0, 0.95),),
    ),
    "stretch": Step(
        "stretched or squeezed by up to {0}, height and width apart",
        _one(
            "RandomZoom",
            height_factor=lambda f: (-f, f),
            width_factor=lambda f: (-f, f),
            fill_mode=_reflect,
        ),
        (0.2,),
        (Limit("the share", 0.0, 0.95),),
    ),
    "shear": Step(
        "slanted by up to {0} degrees",
        _one(
            "RandomShear",
            x_factor=lambda a: math.tan(math.radians(a)),
            fill_mode=_reflect,
        ),
        (10.0,),
        (Limit("the angle", 0.0, 45.0),),
    ),
    "crop": Step(
        "a part of them with at least {0} of each side, made as large as the whole",
        _crop,
        (0.8,),
        (Limit("the share", 0.05, 1.0),),
    ),
    "perspective": Step(
        "seen from aside, corners moved by up to {0}",
        _one("RandomPerspective", scale=lambda f: f),
        (0.2,),
        (_share(),),
    ),
    "elastic": Step("pulled about like rubber", _one("RandomElasticTransform")),
    "brightness": Step(
        "made up to {0} darker or brighter",
        _one("RandomBrightness", factor=lambda f: f),
        (0.2,),
        (_share(),),
    ),
    "contrast": Step(
        "given up to {0} less or more contrast",
        _one("RandomContrast", factor=lambda f: f),
        (0.2,),
        (_share(),),
    ),
    "saturation": Step(
        "given up to {0} less or more colour",
        _one("RandomSaturation", factor=_about_half),
        (0.3,),
        (_share(),),
    ),
    "hue": Step(
        "given other hues, by up to {0} of the circle of colours",
        _one("RandomHue", factor=lambda f: f),
        (0.05,),
        (_share(),),
    ),
    "jitter": Step(
        "given other brightness, contrast and colours, by up to {0}",
        _one(
            "RandomColorJitter",
            brightness_factor=lambda f: f,
            contrast_factor=lambda f: f,
            saturation_factor=_about_half,
            hue_factor=lambda f: f / 4,
        ),
        (0.2,),
        (_share(),),
    ),
    "grey": Step(
        "a share of {0} made grey",
        _one("RandomGrayscale", factor=lambda p: p),
        (0.1,),
        (_share(),),
    ),
    "degenerate": Step(
        "colours faded by up to {0}",
        _one("RandomColorDegeneration", factor=lambda f: f),
        (0.5,),
        (_share(),),
    ),
    "blur": Step(
        "blurred, with a sigma of up to {0} pixels",
        _blur,
        (1.0,),
        (Limit("sigma", 0.1, 1.0),),
    ),
    "sharpen": Step(
        "blurred or sharpened by up to {0}",
        _one("RandomSharpness", factor=_about_half),
        (0.5,),
        (_share(),),
    ),
    "noise": Step(
        "given noise, with a deviation of {0} of the range from black to white",
        _noise,
        (0.05,),
        (_share("the deviation"),),
    ),
    "erase": Step(
        "a share of {0} with a rectangle wiped out",
        _one("RandomErasing", factor=_always),
        (0.5,),
        (_share(),),
    ),
    "invert": Step(
        "a share of {0} made negatives",
        _one("RandomInvert", factor=_always),
        (0.1,),
        (_share(),),
    ),
    "posterize": Step(
        "left with {0} bits for each colour",
        _one("RandomPosterization", factor=lambda bits: int(bits)),
        (4.0,),
        (Limit("bits", 1.0, 8.0, whole=True),),
    ),
    "solarize": Step(
        "with bright values turned over",
        _one("Solarization", threshold_factor=lambda: (0.5, 1.0)),
    ),
    "equalize": Step("with values spread evenly", _one("Equalization")),
    "autocontrast": Step(
        "with values stretched to the whole range", _one("AutoContrast")
    ),
    "augmix": Step("several changed forms mixed (AugMix)", _one("AugMix")),
    "randaug": Step(
        "{0} changes picked at random, of strength {1} of 10 (RandAugment)",
        _one(
            "RandAugment",
            num_ops=lambda n, m: int(n),
            factor=lambda n, m: m / 10,
        ),
        (2.0, 5.0),
        (Limit("the number", 1.0, 10.0, whole=True), Limit("the strength", 0.0, 10.0)),
    ),
    "mixup": Step(
        "pairs of pictures blended, with their labels (alpha {0})",
        _one("MixUp", alpha=lambda a: a),
        (0.2,),
        (Limit("alpha", 0.01, 10.0),),
        mixes_labels=True,
    ),
    "cutmix": Step(
        "a part replaced by that of another picture, with its label (factor {0})",
        _one("CutMix", factor=_always),
        (1.0,),
        (_share(),),
        mixes_labels=True,
    ),
}
"""Every step by its name, the usual ones first."""
