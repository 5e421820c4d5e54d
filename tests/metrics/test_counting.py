"""Accuracies, counts at thresholds, areas and overlaps at their edges."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from saccade import metrics
from saccade.core._errors import ConfigError, DataWarning, ShapeError
from saccade.core._scope import Scope
from saccade.metrics import _thresholds
from saccade.metrics._accuracy import first_maximum

RNG = np.random.default_rng(4)


def test_first_maximum_is_argmax() -> None:
    x = RNG.integers(0, 4, (50, 6)).astype("float32")
    np.testing.assert_array_equal(first_maximum(jnp.asarray(x)), x.argmax(-1))
    x[:, 0] = np.nan
    np.testing.assert_array_equal(first_maximum(jnp.asarray(x)), x.argmax(-1))
    infinite = jnp.array([[-jnp.inf, -jnp.inf], [1.0, jnp.inf]])
    assert first_maximum(infinite).tolist() == [0, 1]


def test_labels_outside_are_never_right() -> None:
    y = np.array([-1, 5, 1])
    p = np.eye(3, dtype="float32")[[2, 2, 1]]
    assert metrics.sparse_categorical_accuracy(y, p).tolist() == [0, 0, 1]
    assert metrics.sparse_top_k_categorical_accuracy(y, p, k=2).tolist() == [0, 0, 1]


def test_not_a_number_is_not_among_the_best() -> None:
    p = np.array([[np.nan, 0.1, 0.2]])
    assert metrics.sparse_top_k_categorical_accuracy([0], p, k=2).tolist() == [0]


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("by_label", [True, False])
@pytest.mark.parametrize("pairs", [1 << 20, 1])
def test_counts_against_numpy(
    even: bool, by_label: bool, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_thresholds, "_PAIRS", pairs)
    thresholds = [0.0, 0.25, 0.5, 0.75, 1.0] if even else [0.1, 0.2, 0.9]
    y = RNG.integers(0, 2, (40, 3))
    p = RNG.uniform(size=(40, 3)).astype("float32")
    w = RNG.uniform(size=40).astype("float32")
    counts = _thresholds.count(y, p, thresholds, sample_weight=w, by_label=by_label)
    for name, truth, answer in (
        ("true_positives", 1, True),
        ("false_positives", 0, True),
        ("true_negatives", 0, False),
        ("false_negatives", 1, False),
    ):
        right = (y == truth)[None] & (
            (p[None] > np.reshape(thresholds, (-1, 1, 1))) == answer
        )
        expected = (right * w[:, None]).sum(1)
        if not by_label:
            expected = expected.sum(-1)
        np.testing.assert_allclose(getattr(counts, name), expected, 1e-5, 1e-5)


def test_area_of_a_perfect_and_a_useless_answer() -> None:
    y = np.array([0, 0, 1, 1])
    assert float(metrics.AUC()(y, y)) == pytest.approx(1.0, abs=1e-6)
    assert float(metrics.AUC()(y, np.full(4, 0.5))) == pytest.approx(0.5)


def test_many_predictions_need_little_memory() -> None:
    p = RNG.uniform(size=20_000).astype("float32")
    y = (RNG.uniform(size=20_000) < p).astype("int32")
    few = metrics.AUC()
    for i in range(0, 20_000, 4_000):
        few.update_state(y[i : i + 4_000], p[i : i + 4_000])
    np.testing.assert_allclose(metrics.AUC()(y, p), few.result(), 1e-5)


def test_iou_of_pictures_weighed_by_sample() -> None:
    y = RNG.integers(0, 3, (4, 5, 5))
    p = RNG.integers(0, 3, (4, 5, 5))
    kept = np.array([1, 0, 1, 0])
    metric = metrics.MeanIoU(3)
    metric.update_state(y, p, sample_weight=kept)
    alone = metrics.MeanIoU(3)
    alone.update_state(y[::2], p[::2])
    np.testing.assert_array_equal(metric.total_cm.numpy(), alone.total_cm.numpy())
    masked = metrics.MeanIoU(3)
    with Scope(row_mask=jnp.asarray(kept > 0)):
        state = masked.stateless_update_state(masked.stateless_reset_state(), y, p)
    np.testing.assert_array_equal(state[0], alone.total_cm.numpy())


def test_cut_weights_are_warned_about() -> None:
    with pytest.warns(DataWarning, match="they are cut to whole numbers"):
        metrics.MeanIoU(2).update_state([0], [0], np.array([0.5]))


def test_adjusted_r2_needs_enough_samples() -> None:
    metric = metrics.R2Score(num_regressors=5)
    metric.update_state([[1.0], [2.0]], [[1.0], [3.0]])
    with pytest.warns(DataWarning, match="5 regressors need more than 2 values"):
        result = metric.result()
    assert float(result) == -1.0


@pytest.mark.parametrize("name", ["R2Score", "F1Score"])
def test_results_before_the_first_batch(name: str) -> None:
    assert float(getattr(metrics, name)().result()) == 0.0
    assert float(metrics.AUC(multi_label=True).result()) == 0.0


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: metrics.Precision(thresholds=[0.5, 2]), ConfigError, r"got \[2\]"),
        (lambda: metrics.TruePositives(-0.1), ConfigError, r"must be in \[0, 1\]"),
        (lambda: metrics.PrecisionAtRecall(1.5), ConfigError, "`recall` must be in"),
        (
            lambda: metrics.RecallAtPrecision(0.5, num_thresholds=0),
            ConfigError,
            "`num_thresholds` must be an int > 0",
        ),
        (lambda: metrics.AUC(num_thresholds=1), ConfigError, "must be > 1, got 1"),
        (lambda: metrics.AUC(curve="RO"), ConfigError, "did you mean 'roc'"),
        (lambda: metrics.AUC(summation_method="x"), ConfigError, "summation_method"),
        (lambda: metrics.AUC(num_labels=3), ConfigError, "needs multi_label=True"),
        (
            lambda: metrics.AUC(multi_label=True)(np.ones(3), np.ones(3)),
            ShapeError,
            r"expects predictions \(batch, labels\)",
        ),
        (lambda: metrics.FBetaScore(beta=2), ConfigError, "`beta` must be a float > 0"),
        (lambda: metrics.F1Score(threshold=0.0), ConfigError, r"in \(0, 1\], got 0.0"),
        (lambda: metrics.F1Score(average="mean"), ConfigError, "`average` must be"),
        (
            lambda: metrics.F1Score()(np.ones(3), np.ones(3)),
            ShapeError,
            r"shape \(batch, width\), got \(3,\) and \(3,\)",
        ),
        (lambda: metrics.R2Score("mean"), ConfigError, "`class_aggregation` must be"),
        (lambda: metrics.R2Score(num_regressors=-1), ConfigError, "must be >= 0"),
        (lambda: metrics.IoU(2, [2]), ConfigError, r"must be in 0..1, got 2"),
        (
            lambda: metrics.Recall(class_id=1)(np.ones(3), np.ones(3)),
            ShapeError,
            r"class_id: expected predictions \(batch, classes\)",
        ),
    ],
)
def test_errors(make: object, error: type[Exception], text: str) -> None:
    assert callable(make)
    with pytest.raises(error, match=text):
        make()
