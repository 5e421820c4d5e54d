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


@pytest.fixture(scope="module")
def found() -> list[tuple[jax.Array, jax.Array]]:
    """Gradients and values of all cases, in one compiled program."""

    def parts(number: int) -> tuple[np.ndarray | None, ...]:
        keys = (f"{number}/{part}" for part in ("pred", "true", "weight"))
        return tuple(RECORDED.get(key) for key in keys)

    def run(inputs: list[tuple[jax.Array, ...]]) -> list[tuple[jax.Array, jax.Array]]:
        results = []
        for (name, config, _, _), (y_pred, y_true, weight) in zip(
            CASES, inputs, strict=True
        ):
            loss = getattr(losses, name)(**config)

            def total(p: jax.Array, loss=loss, y=y_true, w=weight) -> tuple:
                value = loss(y, p, w)
                return jnp.sum(value), value

            results.append(jax.grad(total, has_aux=True)(y_pred))
        return results

    return jax.jit(run)([parts(number) for number in range(len(CASES))])


@pytest.mark.parametrize("number", range(len(CASES)), ids=_id)
def test_value_and_gradient(
    number: int, found: list[tuple[jax.Array, jax.Array]]
) -> None:
    gradient, value = found[number]
    np.testing.assert_allclose(value, RECORDED[f"{number}/value"], 1e-5, 1e-6)
    expected = RECORDED[f"{number}/gradient"]
    np.testing.assert_allclose(
        gradient, expected, 1e-4, 1e-5 * max(1.0, np.abs(expected).max())
    )
