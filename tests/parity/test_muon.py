"""Muon: which weights it moves by orthogonal matrices, and how far."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable
from saccade.core._errors import ConfigError
from saccade.optimizers import Muon, ScheduleFreeAdamW

keras = pytest.importorskip("keras")
rng = np.random.default_rng(0)
PATHS = ("dense", "embedding", "output")
SHAPES = ((4, 3), (5, 2), (3, 6), (3,), (2, 2, 3))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"exclude_layers": ["out.*"], "nesterov": False, "rms_rate": None},
        {"exclude_embeddings": False, "adam_lr_ratio": 0.1, "ns_steps": 2},
        {"weight_decay": None, "adam_weight_decay": 0.1},
        {"adam_weight_decay": None},
    ],
)
def test_steps_follow_keras(options):
    names = [*PATHS, "bias", "kernel"]
    first = [rng.normal(size=s).astype("float32") for s in SHAPES]
    kinds = (keras, keras.optimizers.Muon), (None, Muon)
    both = []
    for library, cls in kinds:
        make = Variable if library is None else library.Variable
        weights = [make(v, name=n) for v, n in zip(first, names, strict=True)]
        optimizer = cls(0.02, **options)
        optimizer.build(weights)
        both.append((weights, optimizer))
    for _ in range(4):
        given = [rng.normal(size=s).astype("float32") for s in SHAPES]
        for _, optimizer in both:
            optimizer.apply(given)
    theirs, ours = ([*w, *o.variables] for w, o in both)
    for one, other in zip(ours, theirs, strict=True):
        assert_allclose(one.numpy(), np.asarray(other), rtol=2e-5, atol=1e-6)


def test_a_step_is_orthogonal():
    w = Variable(jnp.zeros((6, 4)), name="w")
    optimizer = Muon(1.0, rms_rate=None, weight_decay=None, ns_steps=12)
    optimizer.apply([rng.normal(size=(6, 4)).astype("float32")], [w])
    singular = np.linalg.svd(w.numpy(), compute_uv=False)
    assert ((singular > 0.6) & (singular < 1.3)).all()


def test_arguments():
    with pytest.raises(ConfigError, match="`ns_steps`"):
        Muon(ns_steps=0)
    with pytest.raises(ConfigError, match="`adam_beta_1`"):
        Muon(adam_beta_1=2.0)
    with pytest.raises(ConfigError, match="`warmup_steps`"):
        ScheduleFreeAdamW(warmup_steps=-1)


def test_schedule_free_warms_up_as_in_keras():
    value = rng.normal(size=(3, 2)).astype("float32")
    ours, theirs = Variable(value, name="w"), keras.Variable(value, name="w")
    one = ScheduleFreeAdamW(0.1, warmup_steps=3, weight_decay=0.01)
    other = keras.optimizers.ScheduleFreeAdamW(0.1, warmup_steps=3, weight_decay=0.01)
    one.build([ours])
    other.build([theirs])
    for _ in range(5):
        gradient = rng.normal(size=(3, 2)).astype("float32")
        one.apply([gradient])
        other.apply([gradient])
    assert_allclose(ours.numpy(), np.asarray(theirs), rtol=1e-5, atol=1e-6)
