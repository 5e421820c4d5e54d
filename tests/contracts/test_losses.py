"""What every loss must keep: configs, compiled = eager, finite gradients, names."""

from __future__ import annotations

import inspect
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import losses
from saccade.core import _names

CLASSES = sorted(
    name
    for name in losses.__all__
    if inspect.isclass(getattr(losses, name))
    and issubclass(getattr(losses, name), losses.Loss)
    and name != "Loss"
)
OTHER = {"label_smoothing": 0.1, "delta": 0.5, "gamma": 1.5, "alpha": 0.4, "beta": 0.3,
         "margin": 0.3, "q": 0.3, "from_logits": True, "axis": -2, "ignore_class": 1,
         "apply_class_balancing": True, "remove_diagonal": False}  # fmt: skip


def _inputs(name: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    p = rng.uniform(0.05, 0.95, (5, 4)).astype("float32")
    labels = rng.integers(0, 4, 5)
    if name == "CTC":
        return np.array([[1, 2]]), rng.normal(size=(1, 6, 4)).astype("float32")
    if name.startswith("Sparse") or name in (
        "Circle",
        "CategoricalGeneralizedCrossEntropy",
    ):
        return labels, p
    return np.eye(4, dtype="float32")[labels], p


def _argument(name: str, key: str) -> object:
    return getattr(losses, name)(**{key: OTHER[key]})


@pytest.mark.parametrize("name", CLASSES)
def test_config_survives_json(name: str) -> None:
    parameters = inspect.signature(getattr(losses, name)).parameters
    config = {key: OTHER[key] for key in parameters if key in OTHER}
    config |= {"name": "mine", "reduction": "sum"}
    loss = getattr(losses, name)(**config)
    text = json.dumps(losses.serialize(loss))
    again = losses.deserialize(json.loads(text))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert again._fn_kwargs == loss._fn_kwargs


@pytest.mark.parametrize("name", CLASSES)
def test_compiled_is_eager_and_gradients_are_finite(name: str) -> None:
    loss = getattr(losses, name)()
    y_true, y_pred = _inputs(name)

    def total(p: jax.Array) -> jax.Array:
        return jnp.sum(loss(y_true, p))

    value, gradient = jax.jit(jax.value_and_grad(total))(y_pred)
    assert value.dtype == jnp.float32
    np.testing.assert_allclose(value, total(jnp.asarray(y_pred)), 1e-5)
    assert np.isfinite(gradient).all()
    assert np.any(gradient)


@pytest.mark.parametrize("name", CLASSES)
def test_short_floats_stay_short(name: str) -> None:
    loss = getattr(losses, name)(dtype="bfloat16")
    y_true, y_pred = _inputs(name)
    value = loss(y_true, y_pred)
    assert value.dtype == jnp.bfloat16
    expected = float(getattr(losses, name)()(y_true, y_pred))
    assert abs(float(value) - expected) < 0.05 * max(1.0, abs(expected))


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_has_its_function(name: str) -> None:
    loss = getattr(losses, name)()
    own = "kl_divergence" if name == "KLDivergence" else _names.to_snake_case(name)
    assert loss.fn is getattr(losses, own)
    assert losses.get(own) is loss.fn
    assert losses.get(name).name == loss.name


@pytest.mark.parametrize("name", sorted({*losses.__all__} - {"Reduction"}))
def test_documented(name: str) -> None:
    document = inspect.getdoc(getattr(losses, name))
    assert document
    assert ">>>" in document
