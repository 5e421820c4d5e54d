"""What every metric must keep: configs, reset, merging of batches, names, documents."""

from __future__ import annotations

import inspect
import json
from typing import Any

import jax
import numpy as np
import pytest

from saccade import metrics
from saccade.core import _names

CLASSES = sorted(
    name
    for name in metrics.__all__
    if inspect.isclass(getattr(metrics, name))
    and name not in ("Metric", "MeanMetricWrapper")
)
# Arguments other than the defaults, where a class takes them.
OTHER: dict[str, Any] = {
    "num_classes": 4, "target_class_ids": [0, 1], "specificity": 0.4,
    "sensitivity": 0.4, "recall": 0.4, "precision": 0.4, "thresholds": [0.2, 0.5],
    "threshold": 0.4, "k": 2, "label_smoothing": 0.1, "from_logits": True,
    "ignore_class": 1, "beta": 0.5, "average": "micro", "class_id": 1,
    "num_regressors": 1, "summation_method": "minoring", "curve": "PR",
    "axis": 1, "class_aggregation": None,
}  # fmt: skip
NEEDED = ("num_classes", "target_class_ids", "specificity", "sensitivity", "recall",
          "precision")  # fmt: skip


def _make(name: str, *, other: bool = False) -> metrics.Metric:
    parameters = inspect.signature(getattr(metrics, name)).parameters
    keys = OTHER if other else NEEDED
    return getattr(metrics, name)(**{k: OTHER[k] for k in keys if k in parameters})


def _batches(name: str) -> list[tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(6)
    batches = []
    for _ in range(2):
        labels = rng.integers(0, 4, 6)
        p = rng.uniform(0.05, 0.95, (6, 4)).astype("float32")
        if name in ("Mean", "Sum"):
            batches.append((p[:, 0],))
        elif name.startswith("Sparse"):
            batches.append((labels, p))
        elif name in ("IoU", "MeanIoU", "Accuracy"):
            batches.append((labels, rng.integers(0, 4, 6)))
        else:
            batches.append((np.eye(4)[labels], p))
    return batches


@pytest.mark.parametrize("name", CLASSES)
def test_config_survives_json(name: str) -> None:
    metric = _make(name, other=True)
    text = json.dumps(metrics.serialize(metric))
    again = metrics.deserialize(json.loads(text))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    known = vars(metric).keys() & inspect.signature(type(metric)).parameters.keys()
    for key in known - {"name", "label_weights"}:
        assert getattr(again, key) == getattr(metric, key)


@pytest.mark.parametrize("name", CLASSES)
def test_reset_forgets(name: str) -> None:
    metric = _make(name)
    first, second = _batches(name)
    metric.update_state(*first)
    metric.reset_state()
    metric.update_state(*second)
    fresh = _make(name)
    fresh.update_state(*second)
    np.testing.assert_array_equal(metric.result(), fresh.result())


@pytest.mark.parametrize("name", CLASSES)
def test_two_batches_are_one_large_batch(name: str) -> None:
    first, second = _batches(name)
    apart, together = _make(name), _make(name)
    apart.update_state(*first)
    apart.update_state(*second)
    both = (np.concatenate(parts) for parts in zip(first, second, strict=True))
    together.update_state(*both)
    np.testing.assert_allclose(apart.result(), together.result(), 1e-5)


@pytest.mark.parametrize("name", CLASSES)
def test_compiled_is_eager(name: str) -> None:
    eager, metric = _make(name), _make(name)
    batch, _ = _batches(name)
    eager.update_state(*batch)
    # Some make their variables with the first batch.
    metric.update_state(*batch)
    metric.reset_state()

    @jax.jit
    def run(values, batch):
        values = metric.stateless_update_state(values, *batch)
        return metric.stateless_result(values)

    result = run([v.value for v in metric.variables], batch)
    np.testing.assert_allclose(result, eager.result(), 1e-5)
    for variable in metric.variables:  # Nothing was changed.
        np.testing.assert_array_equal(variable, np.zeros(variable.shape))


@pytest.mark.parametrize("name", CLASSES)
def test_found_by_its_names(name: str) -> None:
    needs = inspect.signature(getattr(metrics, name)).parameters.keys() & {*NEEDED}
    if needs:
        config = {key: OTHER[key] for key in needs}
        found = metrics.get({"class_name": name, "config": config})
    else:
        found = metrics.get(name)
        assert type(metrics.get(_names.to_snake_case(name))) is type(found)
    assert type(found) is getattr(metrics, name)


@pytest.mark.parametrize("name", metrics.__all__)
def test_documented(name: str) -> None:
    document = inspect.getdoc(getattr(metrics, name))
    assert document
    assert ">>>" in document
