"""Records Keras' metrics: results after two batches over options and weights.

Writes `metrics.npz`: `cases` (JSON) and, for each case, its batches, the result after
both, the state and the config.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

Case = tuple[str, dict[str, Any], str, str]
CASES: list[Case] = [
    *[(name, {}, "numbers", w) for w in ("none", "rows")
      for name in ("MeanSquaredError", "MeanAbsoluteError", "RootMeanSquaredError",
                   "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
                   "LogCoshError", "CosineSimilarity", "R2Score")],
    ("MeanSquaredError", {}, "grid", "elements"),
    ("MeanSquaredError", {}, "row", "none"),
    ("RootMeanSquaredError", {}, "grid", "rows"),
    ("CosineSimilarity", {"axis": 1}, "grid", "none"),
    ("R2Score", {"class_aggregation": None}, "numbers", "none"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "numbers", "rows"),
    ("R2Score", {"num_regressors": 2}, "numbers", "none"),
    *[(name, {}, kind, w) for w in ("none", "rows")
      for name, kind in (
          ("Accuracy", "classes"), ("BinaryAccuracy", "binary"),
          ("BinaryAccuracy", "row-and-column"), ("CategoricalAccuracy", "one-hot"),
          ("CategoricalAccuracy", "one-hot-ties"),
          ("SparseCategoricalAccuracy", "sparse"),
          ("SparseCategoricalAccuracy", "sparse-column"),
          ("SparseCategoricalAccuracy", "sparse-ties"),
          ("SparseCategoricalAccuracy", "sparse-grid"))],
    ("SparseCategoricalAccuracy", {}, "sparse-grid", "elements"),
    ("BinaryAccuracy", {"threshold": 0.7}, "binary", "none"),
    *[("TopKCategoricalAccuracy", {"k": k}, kind, "none")
      for k in (1, 2) for kind in ("one-hot", "one-hot-ties")],
    *[("SparseTopKCategoricalAccuracy", {"k": k}, kind, "rows")
      for k in (1, 3) for kind in ("sparse", "sparse-ties")],
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "sparse-grid", "none"),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, "ids", "none"),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, "binary", "rows"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one-hot", "none"),
    ("SparseCategoricalCrossentropy", {}, "sparse", "rows"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "sparse", "none"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "sparse", "rows"),
    ("KLDivergence", {}, "one-hot", "none"),
    ("Poisson", {}, "binary", "none"),
    *[(name, {}, "binary", "rows")
      for name in ("Hinge", "SquaredHinge", "CategoricalHinge")],
    *[(name, {"thresholds": t}, "binary", w)
      for name in ("TruePositives", "FalsePositives", "TrueNegatives",
                   "FalseNegatives", "Precision", "Recall")
      for t, w in ((None, "none"), ([0.2, 0.7], "rows"), ([0.0, 0.5, 1.0], "rows"))],
    *[(name, c, "one-hot", w) for name in ("Precision", "Recall")
      for c, w in (({"top_k": 2}, "none"), ({"class_id": 1}, "rows"),
                   ({"top_k": 2, "class_id": 0}, "rows"))],
    *[(name, {key: 0.6, **more}, "binary", w)
      for name, key in (("SensitivityAtSpecificity", "specificity"),
                        ("SpecificityAtSensitivity", "sensitivity"),
                        ("PrecisionAtRecall", "recall"),
                        ("RecallAtPrecision", "precision"))
      for more, w in (({}, "none"), ({"num_thresholds": 1}, "rows"),
                      ({"num_thresholds": 20, "class_id": 2}, "rows"))],
    *[("AUC", {"curve": c, "summation_method": s}, "binary", "rows")
      for c in ("ROC", "PR", "PRGAIN")
      for s in ("interpolation", "minoring", "majoring")],
    ("AUC", {}, "row-and-column", "none"),
    ("AUC", {"num_thresholds": 7}, "extremes", "none"),
    ("AUC", {"thresholds": [0.9, 0.1, 0.5]}, "binary", "none"),
    ("AUC", {"thresholds": [0.3, 0.4], "curve": "PR"}, "binary", "rows"),
    ("AUC", {"from_logits": True}, "logits", "none"),
    ("AUC", {"label_weights": [0.1, 1.0, 2.0, 0.5]}, "binary", "none"),
    ("AUC", {"multi_label": True}, "binary", "none"),
    ("AUC", {"multi_label": True, "curve": "PR", "num_labels": 4,
             "label_weights": [0.1, 1.0, 2.0, 0.5]}, "binary", "rows"),
    ("AUC", {"multi_label": True, "thresholds": [0.3, 0.4]}, "binary", "none"),
    *[("FBetaScore", {"average": a, "beta": 2.0, "threshold": t}, "one-hot", w)
      for a in (None, "micro", "macro", "weighted")
      for t, w in ((None, "none"), (0.4, "rows"))],
    ("F1Score", {}, "one-hot", "none"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2]}, "classes", "none"),
    ("IoU", {"num_classes": 4, "target_class_ids": [1], "dtype": "float32"},
     "classes", "rows"),
    ("IoU", {"num_classes": 4, "target_class_ids": [1, 2], "ignore_class": 3,
             "sparse_y_pred": False}, "sparse-grid", "none"),
    ("MeanIoU", {"num_classes": 3}, "classes", "none"),
    ("MeanIoU", {"num_classes": 4, "sparse_y_pred": False}, "sparse-grid", "none"),
    ("BinaryIoU", {"threshold": 0.3}, "binary", "none"),
    ("BinaryIoU", {"target_class_ids": [1], "dtype": "float32"}, "binary", "elements"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [0, 1]}, "one-hot", "none"),
    ("OneHotMeanIoU", {"num_classes": 4}, "one-hot", "none"),
]  # fmt: skip
PLAIN: list[tuple[str, str, str]] = [
    (name, kind, w)
    for name in ("Mean", "Sum")
    for kind, w in (
        ("row", "none"), ("row", "rows"), ("grid", "none"), ("grid", "rows"),
        ("grid", "elements"), ("grid", "all"), ("one", "none"), ("one", "scalar"),
    )
]  # fmt: skip


def inputs(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draws targets and predictions of one kind."""
    b, k = 7, 4
    draws = rng.normal(size=(b, k))
    p = np.exp(draws) / np.exp(draws).sum(-1, keepdims=True)
    labels = rng.integers(0, k, b)
    binary = rng.integers(0, 2, (b, k))
    ties = rng.integers(0, 3, (b, k)) / 4
    grid = rng.normal(size=(b, 3, k))
    drawn = {
        "numbers": (rng.normal(size=(b, k)), draws),
        "grid": (rng.normal(size=grid.shape), grid),
        "row": (rng.normal(size=b), rng.normal(size=b)),
        "one": (rng.normal(), rng.normal()),
        "classes": (labels, rng.integers(0, k, b)),
        "binary": (binary, rng.uniform(0.01, 0.99, (b, k))),
        "logits": (binary, 2 * draws),
        "extremes": (binary, rng.integers(0, 7, (b, k)) / 6),
        "row-and-column": (binary[:, 0], rng.uniform(0.01, 0.99, (b, 1))),
        "one-hot": (np.eye(k)[labels], p),
        "one-hot-ties": (np.eye(k)[labels], ties),
        "sparse": (labels, p),
        "sparse-column": (labels[:, None], p),
        "sparse-ties": (labels, ties),
        "sparse-grid": (rng.integers(0, k, (b, 3)), grid),
        "ids": (labels, np.argsort(draws, -1)),
    }
    y_true, y_pred = drawn[kind]
    return np.asarray(y_true), np.asarray(y_pred, "float32")


def weights(kind: str, like: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Draws sample weights: of rows, of elements but the last axis, of all, or None."""
    shape = {
        "rows": like.shape[:1],
        "elements": like.shape[:-1],
        "all": like.shape,
        "scalar": (),
    }
    if kind == "none":
        return None
    return rng.uniform(0.0, 2.0, shape[kind]).astype("float32")


def record(folder: Path) -> None:
    """Evaluates every case in Keras and writes `folder/metrics.npz`."""
    import keras

    arrays: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(5)
    configs = []
    for number, (name, config, kind, weighted) in enumerate(CASES):
        metric = getattr(keras.metrics, name)(**config)
        for batch in range(2):
            y_true, y_pred = inputs(kind, rng)
            weight = weights(weighted, y_pred, rng)
            if name == "BinaryIoU" and weight is not None:
                weight = rng.uniform(0.0, 2.0, y_pred.shape).astype("float32")
            metric.update_state(y_true, y_pred, weight)
            arrays[f"{number}/{batch}/true"] = y_true
            arrays[f"{number}/{batch}/pred"] = y_pred
            if weight is not None:
                arrays[f"{number}/{batch}/weight"] = weight
        arrays[f"{number}/result"] = np.asarray(metric.result())
        configs.append(metric.get_config())
    for number, (name, kind, weighted) in enumerate(PLAIN):
        metric = getattr(keras.metrics, name)()
        for batch in range(2):
            _, values = inputs(kind, rng)
            weight = weights(weighted, values, rng)
            metric.update_state(values, weight)
            arrays[f"plain/{number}/{batch}/values"] = values
            if weight is not None:
                arrays[f"plain/{number}/{batch}/weight"] = weight
        arrays[f"plain/{number}/result"] = np.asarray(metric.result())
    arrays["cases"] = np.asarray(json.dumps(CASES))
    arrays["plain"] = np.asarray(json.dumps(PLAIN))
    arrays["configs"] = np.asarray(json.dumps(configs, default=lambda a: a.tolist()))
    np.savez_compressed(folder / "metrics.npz", **arrays)
