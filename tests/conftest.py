"""Shared by all tests: a quiet, private environment."""

from __future__ import annotations

import gc
import os
import tempfile

# Before JAX starts: programs compiled by tests stay out of the user's cache.
os.environ.setdefault(
    "SACCADE_CACHE", os.path.join(tempfile.gettempdir(), "saccade-test-cache")
)
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "Agg")
# Most programs here run once: making them well costs more than it gives, a fifth of
# the time of all tests. `XLA_FLAGS= make test` tests them as users have them.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import numpy as np
import pytest

import saccade
from saccade.core import _names, _random, _settings


@pytest.fixture(autouse=True)
def fresh_state():
    """Gives each test the same seed and names, and default settings."""
    _names.reset_names()
    _random.set_global_seed(1234)
    yield
    _settings.set_floatx("float32")
    _settings.set_image_data_format("channels_last")
    _settings.set_epsilon(1e-7)


@pytest.fixture(autouse=True, scope="module")
def short_collections():
    """Keeps what a module's tests compiled out of later looks for garbage."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture
def rng() -> np.random.Generator:
    """A NumPy generator, the same for each run."""
    return np.random.default_rng(0)


@pytest.fixture
def pictures(rng):
    """70 grey pictures of 8x8 in uint8 with labels 0..3 that can be learnt."""
    y = rng.integers(0, 4, 70).astype(np.int32)
    x = rng.integers(0, 60, (70, 8, 8, 1))
    for i, label in enumerate(y):
        x[i, label * 2 : label * 2 + 2] += 150
    return x.astype(np.uint8), y


@pytest.fixture
def small_net():
    """A function that makes a compiled network for `pictures`."""

    def make(optimizer="sgd", metrics=("accuracy",), **kwargs):
        from saccade import layers

        model = saccade.Sequential(
            [
                layers.Input((8, 8, 1)),
                layers.Rescaling(1 / 255),
                layers.Conv2D(4, 3, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(4, activation="softmax"),
            ]
        )
        model.compile(
            optimizer,
            "sparse_categorical_crossentropy",
            metrics=list(metrics),
            **kwargs,
        )
        return model

    return make
