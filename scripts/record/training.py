"""Trains ten small networks, in Keras to record it, in saccade to compare.

Every network has fixed first weights and unshuffled batches. `run` takes 200 steps
with train_on_batch, then fits and evaluates with the arguments of the network, and
returns all that can be seen: losses, logs, weights, printed lines.

Writes `training.npz`: `facts` (JSON by network) and its arrays.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

STEPS = 200
BATCH = 10
ROWS = 100
# fit() gets 95 rows of the 100, so that its last batch is a smaller one.
FIT_ROWS = 95

# NumPy keeps the stream of RandomState as it is for good.
DRAWS = np.random.RandomState(11)
TABLE = DRAWS.normal(size=(ROWS, 8)).astype("float32")
TARGET = (TABLE[:, 0] - 2 * TABLE[:, 1] * TABLE[:, 2]).astype("float32")
LABELS = DRAWS.randint(0, 4, ROWS).astype("int32")
PICTURES = DRAWS.randint(0, 90, (ROWS, 8, 8, 1)).astype("uint8")
for _row, _label in enumerate(LABELS):
    PICTURES[_row, 2 * _label : 2 * _label + 2] += 120
FLOATS = (PICTURES / 255).astype("float32")
LINES = np.cumsum(DRAWS.normal(size=(ROWS, 12, 2)), axis=1).astype("float32")
WEIGHT = DRAWS.uniform(0.2, 2.0, ROWS).astype("float32")


@dataclasses.dataclass
class Plan:
    """What is done with one network.

    Args:
        layers: the layers with the input.
        compile: arguments of compile().
        x: inputs of 100 rows.
        y: targets.
        step: arguments of train_on_batch(); arrays of 100 rows are cut.
        fit: arguments of fit(); the same.
        evaluate: arguments of evaluate(); the same.
    """

    layers: list[Any]
    compile: dict[str, Any]
    x: np.ndarray
    y: np.ndarray
    step: dict[str, Any] = dataclasses.field(default_factory=dict)
    fit: dict[str, Any] = dataclasses.field(default_factory=dict)
    evaluate: dict[str, Any] = dataclasses.field(default_factory=dict)


def regression(k: Any) -> Plan:
    return Plan(
        [k.layers.Input((8,)), k.layers.Dense(16, "tanh"), k.layers.Dense(1)],
        {
            "optimizer": k.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
            "loss": "mse",
            "metrics": ["mae", k.metrics.RootMeanSquaredError()],
        },
        TABLE,
        TARGET,
        fit={"validation_split": 0.21, "sample_weight": WEIGHT},
        evaluate={"sample_weight": WEIGHT},
    )


def logistic(k: Any) -> Plan:
    y = (TARGET > 0).astype("float32")
    return Plan(
        [
            k.layers.Input((8,)),
            k.layers.Dense(
                1,
                activation="sigmoid",
                kernel_regularizer=k.regularizers.L2(0.01),
                kernel_constraint="non_neg",
            ),
        ],
        {
            "optimizer": k.optimizers.Adam(0.02, amsgrad=True),
            "loss": "binary_crossentropy",
            "metrics": ["acc", "AUC"],
            "weighted_metrics": [k.metrics.Precision(), k.metrics.Recall()],
        },
        TABLE,
        y,
        step={"class_weight": {0: 1.0, 1: 3.0}},
        fit={
            "class_weight": {0: 1.0, 1: 3.0},
            "validation_data": (TABLE[:35], y[:35], WEIGHT[:35]),
        },
    )


def softmax(k: Any) -> Plan:
    rate = k.optimizers.schedules.ExponentialDecay(0.5, 20, 0.8)
    return Plan(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.Rescaling(1 / 255),
            k.layers.Flatten(),
            k.layers.Dense(4, activation="softmax"),
        ],
        {
            "optimizer": k.optimizers.SGD(rate),
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy", k.metrics.SparseTopKCategoricalAccuracy(2)],
        },
        PICTURES,
        LABELS,
        fit={"validation_split": 0.2, "validation_freq": 2, "epochs": 4},
    )


def convolution(k: Any) -> Plan:
    y = np.eye(4, dtype="float32")[LABELS]
    return Plan(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.Conv2D(4, 3, activation="relu"),
            k.layers.MaxPooling2D(2),
            k.layers.Flatten(),
            k.layers.Dense(4, activation="softmax"),
        ],
        {
            "optimizer": k.optimizers.Adam(0.003, clipnorm=0.2),
            "loss": k.losses.CategoricalCrossentropy(label_smoothing=0.1),
            "metrics": ["accuracy", "categorical_crossentropy"],
        },
        FLOATS,
        y,
        fit={
            "steps_per_epoch": 5,
            "validation_data": (FLOATS, y),
            "validation_steps": 2,
            "validation_batch_size": 20,
        },
        evaluate={"steps": 4},
    )


def strided(k: Any) -> Plan:
    return Plan(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.ZeroPadding2D((0, 1)),
            k.layers.Conv2D(4, 3, strides=2, padding="same", activation="elu"),
            k.layers.AveragePooling2D(2, strides=1, padding="same"),
            k.layers.Flatten(),
            k.layers.Dense(4),
        ],
        {
            "optimizer": k.optimizers.RMSprop(0.002, centered=True, momentum=0.3),
            "loss": k.losses.SparseCategoricalCrossentropy(from_logits=True),
            "metrics": ["accuracy"],
            "weighted_metrics": ["accuracy"],
        },
        FLOATS,
        LABELS[:, None],
        step={"sample_weight": WEIGHT},
        fit={"sample_weight": WEIGHT, "validation_split": 0.21},
    )


def normalised(k: Any) -> Plan:
    return Plan(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.Conv2D(5, 3, use_bias=False),
            k.layers.BatchNormalization(momentum=0.8),
            k.layers.ReLU(),
            k.layers.Flatten(),
            k.layers.Dense(4, activation="softmax"),
        ],
        {
            "optimizer": k.optimizers.SGD(0.01, momentum=0.5, weight_decay=0.01),
            "loss": "sparse_categorical_crossentropy",
            "metrics": ["accuracy"],
        },
        FLOATS,
        LABELS,
        fit={"validation_split": 0.21},
    )


def separable(k: Any) -> Plan:
    rate = k.optimizers.schedules.CosineDecay(
        0.001, 150, alpha=0.1, warmup_target=0.01, warmup_steps=30
    )
    return Plan(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.DepthwiseConv2D(3, depth_multiplier=3, activation="tanh"),
            k.layers.SeparableConv2D(6, 3, padding="same"),
            k.layers.LeakyReLU(negative_slope=0.2),
            k.layers.GlobalMaxPooling2D(),
            k.layers.Dense(4, activation="softmax"),
        ],
        {
            "optimizer": k.optimizers.AdamW(rate, weight_decay=0.02),
            "loss": "sparse_categorical_crossentropy",
            "metrics": [k.metrics.SparseCategoricalAccuracy(name="right")],
        },
        FLOATS,
        LABELS,
        fit={"validation_split": 0.21, "validation_freq": [1, 3]},
    )


def sequence(k: Any) -> Plan:
    y = np.stack([LINES[:, :, 0].mean(1), LINES[:, :, 1].max(1)], axis=1)
    return Plan(
        [
            k.layers.Input((12, 2)),
            k.layers.Conv1D(6, 3, padding="causal", activation="relu"),
            k.layers.MaxPooling1D(2),
            k.layers.Conv1D(4, 3, dilation_rate=2),
            k.layers.Flatten(),
            k.layers.Dense(2),
        ],
        {
            "optimizer": k.optimizers.Nadam(0.005, use_ema=True, ema_momentum=0.9),
            "loss": k.losses.Huber(0.5),
            "metrics": ["mse", "cosine_similarity"],
        },
        LINES,
        y,
        fit={"validation_split": 0.21, "sample_weight": WEIGHT},
    )


def autoencoder(k: Any) -> Plan:
    return Plan(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.Conv2D(
                4, 3, strides=2, padding="same", activation="relu",
                activity_regularizer=k.regularizers.L1L2(1e-3, 1e-3),
            ),
            k.layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
            k.layers.Activation("selu"),
            k.layers.AveragePooling2D(2),
            k.layers.UpSampling2D(2),
            k.layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ],
        {"optimizer": k.optimizers.Adamax(0.01), "loss": "mse"},
        FLOATS,
        FLOATS,
        fit={"validation_data": (FLOATS[:15], FLOATS[:15])},
    )  # fmt: skip


def mixed(k: Any) -> Plan:
    return Plan(
        [
            k.layers.Input((8,)),
            k.layers.Dropout(0.0),
            k.layers.Dense(8),
            k.layers.PReLU(),
            k.layers.LayerNormalization(),
            k.layers.Dense(1, activation="softplus"),
        ],
        {
            "optimizer": k.optimizers.Adam(
                0.01, global_clipnorm=0.5, gradient_accumulation_steps=2
            ),
            "loss": "poisson",
            "metrics": ["mean_absolute_error", "poisson"],
        },
        TABLE,
        LABELS.astype("int64")[:, None],
        fit={"validation_split": 0.1},
    )


NETWORKS: dict[str, Callable[[Any], Plan]] = {
    build.__name__: build
    for build in (
        regression, logistic, softmax, convolution, strided, normalised, separable,
        sequence, autoencoder, mixed,
    )
}  # fmt: skip


def first_weights(model: Any) -> list[np.ndarray]:
    """Draws weights by their names and shapes."""
    draws = np.random.RandomState(5)
    return [
        (0.25 * draws.normal(size=w.shape) + (w.name in ("gamma", "moving_variance")))
        .clip(0.1 if w.name == "moving_variance" else -9.0)
        .astype("float32")
        for w in model.weights
    ]


def make(k: Any, name: str) -> tuple[Any, Plan]:
    """Returns the compiled model with its first weights, and the plan."""
    k.utils.clear_session()
    plan = NETWORKS[name](k)
    model = k.Sequential(plan.layers)
    model.compile(**plan.compile)
    model.set_weights(first_weights(model))
    return model, plan


def cut(arguments: dict[str, Any], rows: slice) -> dict[str, Any]:
    """Takes the rows of those arguments that are arrays."""
    return {
        name: value[rows] if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }


@functools.cache
def run(library: str) -> Callable[[str], tuple[dict[str, Any], dict[str, np.ndarray]]]:
    """Returns the function that trains a network in a library, once for each.

    Args:
        library: 'keras' or 'saccade'.
    """
    k = importlib.import_module(library)
    return functools.cache(lambda name: _run(k, name))


def _run(k: Any, name: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    model, plan = make(k, name)
    facts: dict[str, Any] = {}
    losses = []
    for step in range(STEPS):
        start = step * BATCH % ROWS
        rows = slice(start, start + BATCH)
        logs = model.train_on_batch(
            plan.x[rows], plan.y[rows], return_dict=True, **cut(plan.step, rows)
        )
        losses.append(float(logs["loss"]))
    facts["step"] = {key: float(value) for key, value in logs.items()}
    arrays = {"losses": np.array(losses)}
    for i, weight in enumerate(model.get_weights()):
        arrays[f"stepped/{i}"] = weight
    rows = slice(0, FIT_ROWS)
    arguments = {"epochs": 3, "batch_size": BATCH, **cut(plan.fit, rows)}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        history = model.fit(
            plan.x[rows], plan.y[rows], shuffle=False, verbose=2, **arguments
        )
    facts["history"] = history.history
    facts["epoch"] = history.epoch
    facts["params"] = history.params
    facts["printed"] = printed.getvalue()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        facts["evaluate"] = model.evaluate(
            plan.x[rows], plan.y[rows], BATCH, verbose=2, return_dict=True,
            **cut(plan.evaluate, rows),
        )  # fmt: skip
    facts["printed"] += printed.getvalue()
    for i, weight in enumerate(model.get_weights()):
        arrays[f"fitted/{i}"] = weight
    facts["iterations"] = int(model.optimizer.iterations)
    facts["learning_rate"] = float(model.optimizer.learning_rate)
    return facts, arrays


def without_times(text: str) -> str:
    """Replaces times by T and digits by 0: what is left is the form of the lines."""
    text = re.sub(r"\d+s - \d+(us|ms|s)/step", "T", text)
    return re.sub(r"\d", "0", text)


def record(folder: Path) -> None:
    """Trains every network in Keras and writes `folder/training.npz`."""
    facts: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    for name in NETWORKS:
        facts[name], found = run("keras")(name)
        arrays |= {f"{name}/{key}": value for key, value in found.items()}
    arrays["facts"] = np.asarray(json.dumps(facts))
    np.savez_compressed(folder / "training.npz", **arrays)
