"""Initializers against pip's Keras: distributions, configs, names."""

from __future__ import annotations

import numpy as np
import pytest

from saccade import initializers

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

DRAWS = [
    ("RandomNormal", {"mean": 0.2, "stddev": 0.3}),
    ("TruncatedNormal", {"mean": -0.2, "stddev": 0.3}),
    ("RandomUniform", {"minval": -0.2, "maxval": 0.5}),
    ("VarianceScaling", {"scale": 2.0, "mode": "fan_out"}),
    ("VarianceScaling", {"distribution": "untruncated_normal"}),
    ("VarianceScaling", {"input_axes": [0], "output_axes": [1, 2]}),
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeUniform", {}),
    ("HeNormal", {}),
    ("LecunUniform", {}),
    ("LecunNormal", {}),
    ("Orthogonal", {"gain": 1.5}),
]


@pytest.mark.parametrize(("name", "options"), DRAWS, ids=str)
@pytest.mark.parametrize("shape", [(60, 80), (3, 3, 20, 30)], ids=str)
def test_distribution(name, options, shape) -> None:
    if "input_axes" in options and len(shape) == 2:
        shape = (10, 15, 32)
    ours = np.asarray(getattr(initializers, name)(**options, seed=1)(shape))
    theirs = np.asarray(getattr(keras.initializers, name)(**options, seed=1)(shape))
    spread = theirs.std()
    error = spread / ours.size**0.5
    assert abs(ours.mean() - theirs.mean()) < 7 * error
    assert abs(ours.std() / spread - 1) < 7 / (2 * ours.size) ** 0.5
    # The largest distance of the two empirical distributions (Kolmogorov, Smirnov).
    both = np.sort(np.concatenate([ours.ravel(), theirs.ravel()]))
    places = [
        np.searchsorted(np.sort(a.ravel()), both) / a.size for a in (ours, theirs)
    ]
    assert np.abs(places[0] - places[1]).max() < 2.2 * (2 / ours.size) ** 0.5


@pytest.mark.parametrize(
    ("name", "options"),
    [*DRAWS, ("Zeros", {}), ("Constant", {"value": 3.0}), ("Ones", {})],
    ids=str,
)
def test_configs_are_read_by_either(name, options) -> None:
    ours = initializers.serialize(getattr(initializers, name)(**options))
    theirs = keras.initializers.serialize(getattr(keras.initializers, name)(**options))
    assert ours == theirs
    assert list(ours["config"]) == list(theirs["config"])
    assert initializers.serialize(initializers.deserialize(theirs)) == ours
    assert keras.initializers.serialize(keras.initializers.deserialize(ours)) == theirs


def test_names() -> None:
    graded_out = {"STFT", "STFTInitializer", "stft"}
    theirs = {name for name in dir(keras.initializers) if not name.startswith("_")}
    assert set(initializers.__all__) == theirs - graded_out


@pytest.mark.parametrize("name", ["Zeros", "Ones", "Identity"])
def test_fixed_values(name) -> None:
    ours = getattr(initializers, name)()((3, 4))
    np.testing.assert_array_equal(ours, getattr(keras.initializers, name)()((3, 4)))
