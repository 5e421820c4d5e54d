"""The tab Augment: a picture through augmentations, and the words that do the same."""

from __future__ import annotations

import base64
import inspect
import io
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from saccade import explain, layers
from saccade.core._errors import ConfigError, PictureError, SaccadeError, message
from saccade.layers import Layer
from saccade.recipes import AugmentSpec
from saccade.recipes._augment_steps import STEPS
from saccade.studio._answers import problem
from saccade.utils import array_to_img, load_img
from saccade.utils._image_files import has_too_many_pixels

_LARGEST_SIDE = 192
_MOST = 24
_SILENT = ("self", "name", "dtype", "seed", "data_format")


def routes() -> list[Route]:
    """Returns the addresses of the tab."""
    return [
        Route("/api/augment/steps", _steps),
        Route("/api/augment", _augment, methods=["POST"]),
    ]


async def _steps(request: Request) -> Response:
    """The steps that there are, with their numbers and limits."""
    return JSONResponse(
        [
            {
                "name": name,
                "words": step.words,
                "defaults": list(step.defaults),
                "limits": [[limit.low, limit.high] for limit in step.limits],
                "names": [limit.name for limit in step.limits],
            }
            for name, step in STEPS.items()
            if not step.mixes_labels  # which needs pictures of several classes
        ]
    )


async def _augment(request: Request) -> Response:
    """The body is a picture file; the address says what is done to it."""
    body = await request.body()
    query = request.query_params

    def work() -> dict[str, Any]:
        spec = AugmentSpec.parse(query.get("spec", "none"))
        count = _number(query.get("count", "12"), "count", 1, _MOST)
        seed = _number(query.get("seed", "0"), "seed", 0, 2**31 - 1)
        return _changed(
            _open(body, query.get("name", "the picture")), spec, count, seed
        )

    try:
        return JSONResponse(await run_in_threadpool(work))
    except SaccadeError as error:
        return problem(error)


def _number(text: str, name: str, low: int, high: int) -> int:
    if not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(message(name, f"must be from {low} to {high}, got {text!r}"))
    return int(text)


def _open(body: bytes, name: str) -> np.ndarray:
    """Reads a picture file, made small enough for a grid."""
    try:
        if not has_too_many_pixels(io.BytesIO(body)):
            picture = load_img(io.BytesIO(body), color_mode="rgb")
            picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
            return np.asarray(picture, np.uint8)
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureError(message(name, f"is no picture to read: {error}")) from None
    problem = "has too many pixels to try things on; make it smaller first"
    raise PictureError(message(name, problem))


def _changed(
    picture: np.ndarray, spec: AugmentSpec, count: int, seed: int
) -> dict[str, Any]:
    made = spec.layers(picture.shape)
    pictures: list[np.ndarray] = [picture] * count
    if made:
        found = explain.augmentations(picture, {str(spec): made}, count, seed)
        pictures = list(found.pictures[0])
    return {
        "spec": str(spec),
        "words": [step.words for step in spec.steps],
        "pictures": [_png(one) for one in pictures],
        "original": _png(picture),
        "shape": list(picture.shape),
        "python": [
            line
            for step in spec.steps
            for layer in STEPS[step.name].build(step.arguments, picture.shape)
            for line in [_written(layer)]
        ],
        "cli": f'saccade train FOLDER --augment "{spec}"' if spec.steps else "",
    }


def _png(picture: np.ndarray) -> str:
    file = io.BytesIO()
    array_to_img(picture, scale=False).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def _written(layer: Layer) -> str:
    """A layer as the call that makes it, with what differs from the defaults."""
    kind = type(layer)
    if not hasattr(layers, kind.__name__):
        return f"# {kind.__name__}: a layer of `saccade train --augment` only"
    config = layer.get_config()
    parts = []
    for name, parameter in inspect.signature(kind.__init__).parameters.items():
        value = config.get(name)
        if name in _SILENT or name not in config:
            continue
        default = parameter.default
        if default is inspect.Parameter.empty or _plain(value) != _plain(default):
            parts.append(f"{name}={_plain(value)!r}")
    return f"layers.{kind.__name__}({', '.join(parts)})"


def _plain(value: Any) -> Any:
    """Six digits, and lists as tuples, so that equal settings are equal."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    return float(f"{value:.6g}") if isinstance(value, float) else value
