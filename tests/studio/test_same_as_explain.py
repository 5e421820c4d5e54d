"""The labs in the browser and saccade.explain in Python do the same arithmetic."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import saccade
from saccade import explain
from saccade.explain._racers import RACERS
from saccade.explain._surfaces import SURFACES

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")
LIB = Path(saccade.__file__).parent / "studio" / "static" / "lib"

_RACE = """
import { race } from "RACE";
import { SURFACES } from "SURFACES";
import { RACERS } from "RACERS";
const found = {};
for (const [name, { start, minima, box, lesson }] of Object.entries(SURFACES)) {
  const paths = race(name, { optimizers: Object.keys(RACERS), steps: 60 });
  found[name] = { start, minima, box, lesson, paths: Object.fromEntries(
    paths.map(({ name, xs, ys, end }) => [name, [xs[60], ys[60], end]])) };
}
console.log(JSON.stringify(found));
"""
_NETWORK = """
import { race } from "RACE";
import { RACERS } from "RACERS";
import { networkSurface } from "SLICE";
const surface = networkSurface();
const { start, minima, box, scale, plainScale, steps } = surface;
const paths = race(surface, { optimizers: Object.keys(RACERS), steps: 60 });
const places = [[-3.5, 3.5], [0.2, -1], [2, 0], [5, 5]];
console.log(JSON.stringify({ start, minima, box, scale, plainScale, steps,
  heights: places.map((place) => surface.value(...place)),
  paths: Object.fromEntries(paths.map(({ name, xs, ys }) =>
    [name, [xs[60], ys[60]]])) }));
"""
_CONVOLVE = """
import { convolve } from "CONVOLUTION";
const base = { biases: [0], relu: false };
const cases = JSON.parse(process.argv[2]);
console.log(JSON.stringify(cases.map((layer) => convolve({ ...base, ...layer })[0])));
"""


def node(tmp_path: Path, program: str, *arguments: str) -> object:
    for name, file in (
        ("RACE", "race/race.js"),
        ("SURFACES", "race/surfaces.js"),
        ("RACERS", "race/optimizers.js"),
        ("SLICE", "race/slice.js"),
        ("CONVOLUTION", "convolution.js"),
    ):
        program = program.replace(f'"{name}"', json.dumps((LIB / file).as_uri()))
    file = tmp_path / "program.mjs"
    file.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [str(NODE), str(file), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_races_end_at_the_same_places(tmp_path: Path) -> None:
    found = node(tmp_path, _RACE)
    assert isinstance(found, dict)
    assert list(found) == list(SURFACES)
    for name, surface in SURFACES.items():
        shown = found[name]
        assert shown["start"] == list(surface.start)
        assert shown["box"] == list(surface.box)
        assert [tuple(place) for place in shown["minima"]] == list(surface.minima)
        here = explain.race(name, optimizers=list(RACERS), steps=60)
        for racer, path, end in zip(here.racers, here.paths, here.ends, strict=True):
            x, y, other_end = shown["paths"][racer.name]
            assert other_end == end, (name, racer.name)
            if end != "diverged":
                np.testing.assert_allclose((x, y), path[-1], rtol=1e-6, atol=1e-9)


def test_the_networks_loss_is_the_same(tmp_path: Path) -> None:
    found = node(tmp_path, _NETWORK)
    assert isinstance(found, dict)
    race = explain.race("network", optimizers=list(RACERS), steps=60)
    surface = race.surface
    assert found["start"] == list(surface.start)
    assert found["box"] == list(surface.box)
    assert found["steps"] == surface.steps
    assert (found["scale"], found["plainScale"]) == (surface.scale, surface.plain_scale)
    np.testing.assert_allclose(found["minima"], surface.minima, atol=1e-4)
    places = np.array([[-3.5, 3.5], [0.2, -1], [2, 0], [5, 5]])
    here = surface.value(places[:, 0], places[:, 1])
    np.testing.assert_allclose(found["heights"], here, rtol=1e-9)
    for racer, path in zip(race.racers, race.paths, strict=True):
        np.testing.assert_allclose(found["paths"][racer.name], path[-1], rtol=1e-6)


def test_convolutions_are_the_same(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    cases, wanted = [], []
    for padding, stride, dilation in [
        ("valid", 1, 1), ("same", 1, 1), ("same", 2, 1), ("full", 1, 1),
        ("valid", 2, 1), ("valid", 1, 2), (2, 3, 1),
    ]:  # fmt: skip
        picture = draw.integers(-5, 6, (7, 9))
        kernel = draw.integers(-3, 4, (3, 2))
        options = {"padding": padding, "stride": stride, "dilation": dilation}
        cases.append(
            {"input": [picture.tolist()], "kernels": [[kernel.tolist()]], **options}
        )
        wanted.append(explain.convolve(picture, kernel, **options).result)
    found = node(tmp_path, _CONVOLVE, json.dumps(cases))
    assert found == wanted
