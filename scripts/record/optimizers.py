"""Records how Keras' optimizers move weights, and its schedules' rates.

Writes `optimizers.npz`: `cases` and `schedules` (JSON), the weights and gradients that
were used, and for each case the weights after some of the steps, the names and values
of the optimizer's variables, and its config.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

STEPS = 30
KEPT = (1, 10, 30)
SHAPES = {"kernel": (5, 4), "bias": (4,), "filters": (3, 3, 2, 4)}
RATE_STEPS = np.arange(0, 65, 4)

COSINE = {
    "class_name": "CosineDecay",
    "config": {
        "initial_learning_rate": 0.001,
        "decay_steps": 20,
        "alpha": 0.1,
        "warmup_target": 0.01,
        "warmup_steps": 5,
    },
}
EXPONENTIAL = {
    "class_name": "ExponentialDecay",
    "config": {
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "decay_rate": 0.5,
        "staircase": True,
    },
}
MANY = {
    "gradient_accumulation_steps": 3,
    "use_ema": True,
    "ema_momentum": 0.8,
    "ema_overwrite_frequency": 2,
    "weight_decay": 0.01,
    "global_clipnorm": 0.5,
}
CASES: list[tuple[str, dict[str, object]]] = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"clipnorm": 0.5}),
    ("SGD", {"clipvalue": 0.1}),
    ("SGD", {"global_clipnorm": 0.5}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"use_ema": True, "ema_momentum": 0.9}),
    ("SGD", {"use_ema": True, "ema_overwrite_frequency": 4}),
    ("SGD", {"gradient_accumulation_steps": 4}),
    ("SGD", {"loss_scale_factor": 8.0}),
    ("SGD", {"learning_rate": EXPONENTIAL, "momentum": 0.5}),
    ("SGD", {"momentum": 0.9, **MANY}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5}),
    ("RMSprop", {"centered": True, "rho": 0.8}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "weight_decay": 0.01}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "beta_2": 0.9}),
    ("Adam", {"weight_decay": 0.01, "clipnorm": 1.0}),
    ("Adam", {"learning_rate": COSINE}),
    ("Adam", {"learning_rate": COSINE, "gradient_accumulation_steps": 2}),
    ("Adam", MANY),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.1, "amsgrad": True}),
    ("Nadam", {}),
    ("Nadam", {"beta_1": 0.8, "gradient_accumulation_steps": 3}),
    ("Adamax", {}),
    ("Adagrad", {}),
    ("Adagrad", {"initial_accumulator_value": 0.5, "learning_rate": 0.1}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.9}),
    ("Lion", {}),
    ("Lion", {"weight_decay": 0.1}),
    ("Adafactor", {}),
    ("Adafactor", {"beta_2_decay": -0.5, "clip_threshold": 0.5}),
    ("Ftrl", {}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "learning_rate_power": -0.4,
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.02,
            "l2_shrinkage_regularization_strength": 0.03,
            "beta": 0.1,
        },
    ),
    ("Lamb", {}),
]
SCHEDULES: list[tuple[str, dict[str, object]]] = [
    ("ExponentialDecay", EXPONENTIAL["config"]),
    ("ExponentialDecay", {**EXPONENTIAL["config"], "staircase": False}),
    ("InverseTimeDecay", EXPONENTIAL["config"]),
    ("InverseTimeDecay", {**EXPONENTIAL["config"], "staircase": False}),
    ("PiecewiseConstantDecay", {"boundaries": [8, 30], "values": [1.0, 0.5, 0.1]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 25}),
    (
        "PolynomialDecay",
        {
            "initial_learning_rate": 0.1,
            "decay_steps": 15,
            "end_learning_rate": 0.01,
            "power": 0.5,
            "cycle": True,
        },
    ),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 40}),
    ("CosineDecay", COSINE["config"]),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 9}),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 9,
            "t_mul": 1.0,
            "m_mul": 0.7,
            "alpha": 0.05,
        },
    ),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 9,
            "t_mul": 1.5,
            "m_mul": 0.9,
        },
    ),
]


def record(folder: Path) -> None:
    """Runs every case in Keras and writes `folder/optimizers.npz`."""
    import keras

    draws = np.random.default_rng(7)
    arrays: dict[str, np.ndarray] = {}
    for name, shape in SHAPES.items():
        arrays[f"first/{name}"] = draws.normal(size=shape).astype(np.float32)
        gradients = draws.normal(scale=0.3, size=(STEPS, *shape))
        arrays[f"gradients/{name}"] = gradients.astype(np.float32)
    cases = []
    for number, (name, config) in enumerate(CASES):
        keras.utils.clear_session()
        weights = [keras.Variable(arrays[f"first/{n}"], name=n) for n in SHAPES]
        optimizer = getattr(keras.optimizers, name)(**_with_schedule(keras, config))
        optimizer.build(weights)
        for step in range(1, STEPS + 1):
            optimizer.apply([arrays[f"gradients/{n}"][step - 1] for n in SHAPES])
            if step in KEPT:
                for weight in weights:
                    arrays[f"{number}/{step}/{weight.name}"] = np.asarray(weight)
        for i, variable in enumerate(optimizer.variables):
            arrays[f"{number}/state/{i}"] = np.asarray(variable)
        cases.append(
            {
                "class_name": name,
                "config": config,
                "paths": [v.path for v in optimizer.variables],
                "full_config": optimizer.get_config(),
            }
        )
    for number, (name, config) in enumerate(SCHEDULES):
        rate = getattr(keras.optimizers.schedules, name)(**config)
        values = [float(rate(int(step))) for step in RATE_STEPS]
        arrays[f"rates/{number}"] = np.asarray(values)
    arrays["rate_steps"] = RATE_STEPS
    arrays["cases"] = np.asarray(json.dumps(cases))
    arrays["schedules"] = np.asarray(json.dumps(SCHEDULES))
    np.savez_compressed(folder / "optimizers.npz", **arrays)


def _with_schedule(keras: object, config: dict[str, object]) -> dict[str, object]:
    rate = config.get("learning_rate")
    if not isinstance(rate, dict):
        return dict(config)
    schedule = getattr(keras.optimizers.schedules, rate["class_name"])(**rate["config"])
    return {**config, "learning_rate": schedule}
