"""How the models of older `.h5` files were compiled, and the states of optimizers.

Keras 2 had two families of optimizers with other names and orders of their states;
Keras 3 writes them in the order of today.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.core import _registry
from saccade.core._errors import DataWarning, SavingError, message
from saccade.saving._hdf5 import Hdf5Reader

_PLACE = "optimizer_weights"
_PACKAGES = {
    "optimizer": "optimizers", "loss": "losses", "metrics": "metrics",
    "weighted_metrics": "metrics",
}  # fmt: skip
# What a state holds, by the names that it had, longest names first.
_KINDS = {
    "accumulated_delta_var": "accumulated_delta_var",
    "accumulated_grad": "accumulated_grad",
    "gradient_accumulator": "gradient_accumulator",
    "average_gradient": "average_gradient",
    "momentum_cache": "u_product",
    "velocity_hat": "velocity_hat",
    "accumulator": "accumulator",
    "accum_grad": "accumulated_grad",
    "accum_var": "accumulated_delta_var",
    "u_product": "u_product",
    "momentum": "momentum",
    "velocity": "velocity",
    "average": "average",
    "linear": "linear",
    "vhat": "velocity_hat",
    "norm": "norm",
    "rms": "velocity",
    "mg": "average_gradient",
    "m": "momentum",
    "v": "velocity",
    "u": "norm",
}
# Classes of functions of any kind.
_WRAPS = ("LossFunctionWrapper", "MeanMetricWrapper", "SumOverBatchSizeMetricWrapper")
# A state that is not there for each weight, and after how many steps it is 0.
_SINGLE = "u_product"
_MANY = 10_000


def parsed(reader: Hdf5Reader, text: str) -> dict[str, Any]:
    """Returns an attribute of a file that must be a JSON object.

    Raises:
        SavingError: it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise SavingError(
        message("load_model", f"the config in {reader.name!r} is no JSON")
    )


def read_training(reader: Hdf5Reader, outputs: Sequence[str]) -> dict[str, Any] | None:
    """Returns how the model in a file was compiled, or None.

    Args:
        reader: the open file.
        outputs: the names of the outputs, which Keras 2 put before those of metrics.
    """
    text = reader.attribute("", "training_config")
    if text is None:
        return None
    found = parsed(reader, text)
    found["optimizer"] = _optimizer(found.pop("optimizer_config", None))
    training = {
        name: _placed(found.get(name), f"keras.{package}")
        for name, package in _PACKAGES.items()
    }
    for name in ("metrics", "weighted_metrics"):
        training[name] = _metrics(training[name], outputs)
    return {**training, "loss_weights": found.get("loss_weights")}


def _placed(value: Any, module: str) -> Any:
    """Configs with the package of their class, which older ones leave out."""
    if isinstance(value, list):
        return [_placed(one, module) for one in value]
    if not isinstance(value, dict):
        return value
    if not isinstance(value.get("class_name"), str):
        return {key: _placed(one, module) for key, one in value.items()}
    config = value.get("config")
    if (
        isinstance(config, dict)
        and "fn" in config
        and value["class_name"] not in _WRAPS
    ):
        # Keras 2 wrote the function that the class stands for.
        config = {key: part for key, part in config.items() if key != "fn"}
    elif isinstance(config, dict) and isinstance(config.get("fn"), str):
        function = {
            "module": module, "class_name": "function", "config": config["fn"],
        }  # fmt: skip
        config = {**config, "fn": function}
    return {**value, "config": config, "module": value.get("module") or module}


def _metrics(metrics: Any, outputs: Sequence[str]) -> Any:
    """Metrics by output without the outputs' names in theirs, which come again."""
    if not isinstance(metrics, list) or len(metrics) != len(set(outputs)):
        return metrics
    if not all(isinstance(one, list) for one in metrics):
        return metrics
    if len(outputs) == 1:
        return metrics[0]
    return {
        output: [_without(one, f"{output}_") for one in group]
        for output, group in zip(outputs, metrics, strict=True)
    }


def _without(metric: Any, prefix: str) -> Any:
    config = metric.get("config") if isinstance(metric, dict) else None
    if not isinstance(config, dict) or not isinstance(config.get("name"), str):
        return metric
    return {**metric, "config": {**config, "name": config["name"].removeprefix(prefix)}}


def modern_compiled(config: dict[str, Any]) -> dict[str, Any]:
    """Returns how a model in a `.keras` file of Keras 2 was compiled, in today's form.

    Args:
        config: the arguments of compile(), by name.
    """
    # None stood for what was left to compile().
    found = {name: value for name, value in config.items() if value is not None}
    for name, package in _PACKAGES.items():
        found[name] = _placed(found.get(name), f"keras.{package}")
    return {**found, "optimizer": _optimizer(found["optimizer"])}


def _optimizer(config: Any) -> Any:
    """The config of an optimizer with the name and the arguments of today."""
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        return config
    name = str(config.get("class_name"))
    if _registry.get_registered_object(name) is not None:
        return config
    name = name.rpartition(">")[2]
    inner = dict(config["config"])
    for key in ("jit_compile", "is_legacy_optimizer"):
        inner.pop(key, None)
    if isinstance(inner.get("inner_optimizer"), dict):
        inner["inner_optimizer"] = _optimizer(inner["inner_optimizer"])
    if not inner.get("use_ema", True):
        inner["ema_overwrite_frequency"] = None
    decay = inner.pop("decay", 0.0)
    rate = inner.pop("lr", inner.get("learning_rate"))
    if isinstance(rate, dict):
        rate = _placed(rate, "keras.optimizers.schedules")
    elif decay and name != "Nadam":  # there it meant something else
        rate = {
            "module": "keras.optimizers.schedules",
            "class_name": "InverseTimeDecay",
            "config": {
                "initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay,
            },
        }  # fmt: skip
    if rate is not None:
        inner["learning_rate"] = rate
    return {
        **config, "module": "keras.optimizers", "class_name": name, "config": inner,
        "registered_name": None,
    }  # fmt: skip


# States -----------------------------------------------------------------------------


def read_state(model: Any, reader: Hdf5Reader) -> None:
    """Reads the state of a model's optimizer, so that training goes on from there.

    A state that does not fit is left out with a warning, as in Keras.

    Args:
        model: compiled, its optimizer built.
        reader: the open file.
    """
    names = reader.names(_PLACE, "weight_names")
    if not names:
        return
    arrays = [reader.array(f"{_PLACE}/{name}") for name in names]
    own = [(v, str(v.path).rpartition("/")[2]) for v in model.optimizer.variables]
    if any(name.endswith(":0") for name in names):
        pairs = _older_pairs(names, arrays, own, model)
    else:
        pairs = [(one, array) for (one, _), array in zip(own, arrays, strict=False)]
        if len(own) != len(arrays):
            if not any(array.ndim for array in arrays):
                return  # saved before training
            pairs = None
    if pairs is None or any(tuple(v.shape) != a.shape for v, a in pairs):
        warnings.warn(
            message(
                "load_model",
                f"the state of the optimizer in {reader.name!r} does not fit "
                f"{type(model.optimizer).__name__} here; it starts anew",
                "`.keras` files keep it",
            ),
            DataWarning,
            stacklevel=4,
        )
        return
    for variable, array in pairs:
        variable.assign(array.astype(variable.dtype))


def _older_pairs(
    names: Sequence[str],
    arrays: Sequence[np.ndarray],
    own: Sequence[tuple[Any, str]],
    model: Any,
) -> list[tuple[Any, np.ndarray]] | None:
    """Finds what belongs to what by its kind; None where something is missing."""
    plain = [name.rpartition(":")[0] or name for name in names]
    # The younger family begins with 'iteration' and names the kind before the weight.
    younger = plain[0] == "iteration"
    wanted: dict[str, list[Any]] = {}
    count = None
    for variable, name in own:
        kind = _kind_of(name)
        if kind:
            wanted.setdefault(kind, []).append(variable)
        elif name.startswith("iteration"):
            count = variable
    stored: dict[str, list[np.ndarray]] = {}
    for name, array in zip(plain[1:], arrays[1:], strict=True):
        parts = name.split("/")
        kind = parts[1] if younger and len(parts) > 2 else parts[-1]
        stored.setdefault(_KINDS.get(kind, ""), []).append(array)
    if set(stored) == {""}:
        # Before tf.keras states had no names: a block for each kind.
        loose = stored.pop("")
        weights = len(model.trainable_variables)
        for number, kind in enumerate(wanted):
            stored[kind] = loose[number * weights : (number + 1) * weights]
    if "norm" in wanted and "norm" not in stored:
        stored["norm"] = stored.get("velocity", [])
    pairs = [] if count is None else [(count, arrays[0])]
    for kind, variables in wanted.items():
        found = stored.get(kind, [])
        if len(found) != len(variables):
            if kind != _SINGLE:
                return None
            found = [_product_of_momenta(model.optimizer.beta_1, arrays[0])]
        pairs += zip(variables, found, strict=True)
    return pairs


def _product_of_momenta(beta_1: float, steps: np.ndarray) -> np.ndarray:
    """What Nadam keeps of its momenta, which Keras 2 left out of its files."""
    numbers = np.arange(1, min(int(steps), _MANY) + 1)
    return np.asarray(np.prod(beta_1 * (1 - 0.5 * 0.96**numbers)))


def _kind_of(name: str) -> str:
    """What a variable of an optimizer holds; '' for the count and the rate."""
    for ending, kind in _KINDS.items():
        if len(ending) > 3 and (name == ending or name.endswith(f"_{ending}")):
            return kind
    return ""
