"""Every loss against the values and gradients that Keras gave."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import losses

FILE = Path(__file__).parents[1] / "data" / "losses.npz"
RECORDED = dict(np.load(FILE))
CASES = json.loads(str(RECORDED["cases"]))


def _id(number: int) -> str:
    name, config, kind, weight = CASES[number]
    return "-".join([name, kind, weight, *map(str, config.values())])


@pytest.mark.parametrize("number", range(len(CASES)), ids=_id)
def test_value_and_gradient(number: int) -> None:
    name, config, _, _ = CASES[number]
    loss = getattr(losses, name)(**config)
    y_true = RECORDED[f"{number}/true"]
    y_pred = RECORDED[f"{number}/pred"]
    weight = RECORDED.get(f"{number}/weight")

    def total(p: jax.Array) -> tuple[jax.Array, jax.Array]:
        value = loss(y_true, p, weight)
        return jnp.sum(value), value

    gradient, value = jax.jit(jax.grad(total, has_aux=True))(y_pred)
    np.testing.assert_allclose(value, RECORDED[f"{number}/value"], 1e-5, 1e-6)
    expected = RECORDED[f"{number}/gradient"]
    np.testing.assert_allclose(
        gradient, expected, 1e-4, 1e-5 * max(1.0, np.abs(expected).max())
    )
