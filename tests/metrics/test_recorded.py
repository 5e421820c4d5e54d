"""Every metric against the results and configs that Keras gave."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest

from saccade import metrics
from saccade.core._scope import Scope

FILE = Path(__file__).parents[1] / "data" / "metrics.npz"
RECORDED = dict(np.load(FILE))
CASES = json.loads(str(RECORDED["cases"]))
PLAIN = json.loads(str(RECORDED["plain"]))
CONFIGS = json.loads(str(RECORDED["configs"]))


def _id(number: int) -> str:
    name, config, kind, weight = CASES[number]
    return "-".join([name, kind, weight, *map(str, config.values())])


def _batch(number: int, batch: int) -> tuple[np.ndarray, ...]:
    parts = (f"{number}/{batch}/{part}" for part in ("true", "pred", "weight"))
    return tuple(RECORDED[part] for part in parts if part in RECORDED)


@pytest.mark.parametrize("number", range(len(CASES)), ids=_id)
def test_config(number: int) -> None:
    name, config, _, _ = CASES[number]
    own = getattr(metrics, name)(**config).get_config()
    keras = dict(CONFIGS[number])
    assert own.pop("name").rstrip("_0123456789") == keras.pop("name").rstrip(
        "_0123456789"
    )
    if name == "CosineSimilarity" and config:
        assert own.pop("axis") == 1
    assert own == keras


@pytest.fixture(scope="module")
def results() -> list[jax.Array]:
    """Results of a whole batch and one filled up, all in one compiled program."""
    built = []
    for number, (name, config, _, _) in enumerate(CASES):
        metric = getattr(metrics, name)(**config)
        y_true, y_pred, *_ = _batch(number, 0)
        metric.ensure_built(y_true.shape, y_pred.shape)
        built.append(metric)
    real = len(_batch(0, 1)[0])
    whole = [_batch(number, 0) for number in range(len(CASES))]
    filled = [
        tuple(np.concatenate([part, part[:3]]) for part in _batch(number, 1))
        for number in range(len(CASES))
    ]

    def run(mask: jax.Array, *both: list[tuple[jax.Array, ...]]) -> list[jax.Array]:
        found = []
        for metric, first, second in zip(built, *both, strict=True):
            state = metric.stateless_reset_state()
            state = metric.stateless_update_state(state, *first)
            with Scope(row_mask=mask):
                state = metric.stateless_update_state(state, *second)
            found.append(metric.stateless_result(state))
        return found

    return jax.jit(run)(np.arange(real + 3) < real, whole, filled)


@pytest.mark.parametrize("number", range(len(CASES)), ids=_id)
def test_result_of_a_batch_and_one_filled_up(
    number: int, results: list[jax.Array]
) -> None:
    expected = RECORDED[f"{number}/result"]
    np.testing.assert_allclose(results[number], expected, 1e-5, 1e-6)


@pytest.mark.parametrize("number", range(len(PLAIN)), ids=lambda n: "-".join(PLAIN[n]))
def test_values(number: int) -> None:
    metric = getattr(metrics, PLAIN[number][0])()
    for batch in range(2):
        weight = RECORDED.get(f"plain/{number}/{batch}/weight")
        metric.update_state(RECORDED[f"plain/{number}/{batch}/values"], weight)
    expected = RECORDED[f"plain/{number}/result"]
    np.testing.assert_allclose(metric.result(), expected, 1e-5, 1e-6)
