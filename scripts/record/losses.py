"""Records Keras' losses: values and gradients over shapes, weights and options.

Writes `losses.npz`: `cases` (JSON) and, for each case, its inputs, the value and the
gradient of its sum by the predictions.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

# Kind of targets and predictions, by class.
REGRESSION = (
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "LogCosh",
    "Huber",
    "CosineSimilarity",
)
Case = tuple[str, dict[str, Any], str, str]
CASES: list[Case] = [
    *[(name, {}, kind, w) for name in REGRESSION for kind, w in (
        ("numbers", "none"), ("numbers", "rows"), ("grid", "elements"))],
    ("MeanSquaredError", {}, "column", "rows"),
    ("MeanSquaredError", {}, "row-and-column", "none"),
    ("MeanSquaredError", {}, "uint8", "none"),
    *[("MeanSquaredError", {"reduction": r}, kind, w)
      for r in ("sum", "mean", "mean_with_sample_weight", "none")
      for kind, w in (("numbers", "none"), ("numbers", "rows"), ("grid", "elements"))],
    ("Huber", {"delta": 0.3}, "numbers", "none"),
    ("CosineSimilarity", {"axis": 1}, "grid", "none"),
    ("Poisson", {}, "counts", "none"),
    ("Poisson", {}, "counts", "rows"),
    ("KLDivergence", {}, "distributions", "none"),
    ("KLDivergence", {}, "distributions", "rows"),
    *[("BinaryCrossentropy", c, "binary", w)
      for c in ({}, {"label_smoothing": 0.2}) for w in ("none", "rows")],
    ("BinaryCrossentropy", {}, "binary-row-and-column", "none"),
    ("BinaryCrossentropy", {}, "binary-extremes", "none"),
    ("BinaryCrossentropy", {"from_logits": True}, "binary-logits", "none"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1},
     "binary-logits", "rows"),
    ("BinaryCrossentropy", {"axis": 1}, "binary", "none"),
    ("BinaryFocalCrossentropy", {}, "binary", "none"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 3.0},
     "binary", "rows"),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1},
     "binary-logits", "none"),
    *[("CategoricalCrossentropy", c, "one-hot", w)
      for c in ({}, {"label_smoothing": 0.2}) for w in ("none", "rows")],
    ("CategoricalCrossentropy", {}, "one-hot-unnormalised", "none"),
    ("CategoricalCrossentropy", {}, "one-hot-extremes", "none"),
    ("CategoricalCrossentropy", {"axis": 1}, "one-hot-grid", "none"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one-hot-logits", "none"),
    ("CategoricalFocalCrossentropy", {}, "one-hot", "none"),
    ("CategoricalFocalCrossentropy", {"alpha": 0.5, "gamma": 1.5,
     "label_smoothing": 0.1}, "one-hot-unnormalised", "rows"),
    ("CategoricalFocalCrossentropy", {"from_logits": True}, "one-hot-logits", "none"),
    *[("SparseCategoricalCrossentropy", {}, kind, w)
      for kind in ("sparse", "sparse-column", "sparse-unnormalised", "sparse-extremes",
                   "sparse-outside", "sparse-uint8") for w in ("none", "rows")],
    ("SparseCategoricalCrossentropy", {}, "sparse-grid", "elements"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "sparse-logits", "none"),
    *[("SparseCategoricalCrossentropy", {"ignore_class": 2, "reduction": r}, kind, w)
      for r in ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none")
      for kind, w in (("sparse", "none"), ("sparse", "rows"))],
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}, "sparse-grid", "elements"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1, "from_logits": True},
     "sparse-logits", "none"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.7}, "sparse", "rows"),
    *[(name, {}, kind, "rows") for name in ("Hinge", "SquaredHinge")
      for kind in ("signs", "binary-logits")],
    ("CategoricalHinge", {}, "one-hot-logits", "none"),
    ("Dice", {}, "masks", "none"),
    ("Dice", {"axis": (1, 2)}, "masks", "rows"),
    ("Tversky", {"alpha": 0.3, "beta": 0.7}, "masks", "none"),
    ("Tversky", {"axis": (1, 2, 3)}, "masks", "none"),
    ("Circle", {}, "embeddings", "none"),
    ("Circle", {"gamma": 10.0, "margin": 0.2, "remove_diagonal": False},
     "embeddings", "rows"),
    ("CTC", {}, "sequences", "none"),
]  # fmt: skip


def inputs(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draws targets and predictions of one kind."""
    b, k = 6, 4
    draws = rng.normal(size=(b, k))
    logits = (3 * draws).astype("float32")
    p = np.exp(draws) / np.exp(draws).sum(-1, keepdims=True)
    labels = rng.integers(0, k, b)
    one_hot = np.eye(k)[labels]
    binary = rng.integers(0, 2, (b, k))
    grid = rng.uniform(0.05, 1.0, (b, 3, k))
    grid_labels = rng.integers(0, k, (b, 3))
    pixels = rng.uniform(0.05, 0.95, (b, 3, 3, 1))
    unit = draws / np.linalg.norm(draws, axis=-1, keepdims=True)
    extreme = np.where(draws > 0.5, 1.0, np.where(draws < -0.5, 0.0, 0.3))
    extreme[:, 0] = 1.0
    drawn = {
        "numbers": (rng.normal(size=(b, k)), draws),
        "grid": (rng.normal(size=grid.shape), rng.normal(size=grid.shape)),
        "column": (rng.normal(size=(b, 1)), rng.normal(size=(b, 1))),
        "row-and-column": (rng.normal(size=b), rng.normal(size=(b, 1))),
        "uint8": (rng.integers(0, 256, (b, k)).astype("uint8"), 100 * draws),
        "counts": (rng.poisson(2.0, (b, k)), rng.uniform(0.1, 3.0, (b, k))),
        "distributions": (p[::-1], p),
        "binary": (binary, rng.uniform(0.01, 0.99, (b, k))),
        "binary-row-and-column": (binary[:, 0], rng.uniform(0.01, 0.99, (b, 1))),
        "binary-extremes": (binary, extreme),
        "binary-logits": (binary, logits),
        "one-hot": (one_hot, p),
        "one-hot-unnormalised": (one_hot, 3 * p + 0.1),
        "one-hot-extremes": (one_hot, extreme),
        "one-hot-grid": (np.eye(3)[rng.integers(0, 3, (b, k))].swapaxes(1, 2), grid),
        "one-hot-logits": (one_hot, logits),
        "sparse": (labels, p),
        "sparse-column": (labels[:, None], p),
        "sparse-uint8": (labels.astype("uint8"), p),
        "sparse-unnormalised": (labels, 3 * p + 0.1),
        "sparse-extremes": (labels, extreme),
        "sparse-outside": (labels - 1, p),
        "sparse-grid": (grid_labels, grid),
        "sparse-logits": (labels, logits),
        "signs": (2 * binary - 1, draws),
        "masks": (pixels > 0.6, rng.uniform(0.05, 0.95, pixels.shape)),
        "embeddings": (labels, unit),
        "sequences": (
            np.array([[1, 2, 2], [3, 0, 0], [1, 1, 0]]),
            rng.normal(size=(3, 8, k)),
        ),
    }
    y_true, y_pred = drawn[kind]
    return y_true, np.asarray(y_pred, "float32")


def weights(kind: str, like: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Draws sample weights: of rows, of elements but the last axis, or None."""
    if kind == "none":
        return None
    shape = like.shape[:1] if kind == "rows" else like.shape[:-1]
    return rng.uniform(0.0, 2.0, shape).astype("float32")


def record(folder: Path) -> None:
    """Evaluates every case in Keras and writes `folder/losses.npz`."""
    import jax
    import keras

    arrays: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(3)
    for number, (name, config, kind, weighted) in enumerate(CASES):
        y_true, y_pred = inputs(kind, rng)
        weight = weights(weighted, y_pred, rng)
        loss = getattr(keras.losses, name)(**config)

        def total(p: object, t=y_true, w=weight, loss=loss) -> object:
            return keras.ops.sum(loss(t, p, sample_weight=w))

        arrays[f"{number}/true"] = y_true
        arrays[f"{number}/pred"] = y_pred
        if weight is not None:
            arrays[f"{number}/weight"] = weight
        arrays[f"{number}/value"] = np.asarray(loss(y_true, y_pred, weight))
        arrays[f"{number}/gradient"] = np.asarray(jax.grad(total)(y_pred))
    arrays["cases"] = np.asarray(json.dumps(CASES))
    np.savez_compressed(folder / "losses.npz", **arrays)
