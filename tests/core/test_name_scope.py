"""Prefixes of paths, devices, scopes without state, flags of attention."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import config, layers, losses
from saccade.core._errors import ConfigError, ShapeError


def path() -> str:
    return saccade.Variable(1.0, name="v").path


def test_scopes_nest_and_end() -> None:
    with saccade.name_scope("a"):
        with saccade.name_scope("b"):
            assert path() == "a/b/v"
        assert path() == "a/v"
    assert path() == "v"


def test_a_caller_enters_its_scope_once() -> None:
    one, other = object(), object()
    scope = saccade.name_scope
    with scope("a", caller=one), scope("a", caller=one):
        assert path() == "a/v"
    with scope("a", caller=one), scope("a", caller=other):
        assert path() == "a/a/v"
    with scope("a", caller=one), scope("a", caller=one, deduplicate=False):
        assert path() == "a/a/v"
    assert path() == "v"


def test_a_parent_in_place_of_the_open_scopes() -> None:
    with saccade.name_scope("a"):
        with saccade.name_scope("b", override_parent="c/d"):
            assert path() == "c/d/b/v"
        assert path() == "a/v"
    with saccade.name_scope("b", override_parent=""):
        assert path() == "b/v"


def test_a_scope_ends_when_its_block_fails() -> None:
    with pytest.raises(KeyError), saccade.name_scope("a", override_parent="b"):
        raise KeyError
    assert path() == "v"


@pytest.mark.parametrize(("name", "named"), [("a/b", {}), (3, {}), ("a", {"of": 1})])
def test_names_that_cannot_be(name, named) -> None:
    with pytest.raises(ConfigError, match="name_scope"):
        saccade.name_scope(name, **named)


@pytest.mark.parametrize("name", ["cpu", "cpu:0", "CPU:0", "/cpu:0", "/device:CPU:0"])
def test_device(name: str) -> None:
    with saccade.device(name):
        assert jnp.ones(2).device == jax.local_devices(backend="cpu")[0]


def test_device_of_jax() -> None:
    with saccade.device(jax.local_devices()[0]):
        assert jnp.ones(2).device == jax.local_devices()[0]


@pytest.mark.parametrize("name", ["tpu", "cpu:99", "cpu:x", "grafics"])
def test_devices_that_are_not_there(name: str) -> None:
    with pytest.raises(ConfigError, match=r"no device .*\nFix: use one of .*:0"):
        saccade.device(name)
    with pytest.raises(ConfigError, match="Expected a string like 'gpu:0'"):
        saccade.device(3)


def test_stateless_scope_reads_given_values_and_keeps_the_own() -> None:
    layer = layers.BatchNormalization()
    layer.build((None, 2))
    before = [np.array(w) for w in layer.weights]
    x = jnp.array([[1.0, 2.0], [3.0, 6.0]])

    @jax.jit
    def run(gamma):
        with saccade.StatelessScope([(layer.gamma, gamma)]) as scope:
            y = layer(x, training=True)
        return y, scope.get_current_value(layer.moving_mean)

    y, mean = run(jnp.full(2, 2.0))
    np.testing.assert_allclose(y, [[-2, -2], [2, 2]], rtol=1e-2)
    np.testing.assert_allclose(mean, [0.02, 0.04], rtol=1e-5)
    for weight, old in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_stateless_scope_knows_what_was_given() -> None:
    v, w = saccade.Variable(1.0), saccade.Variable(2.0)
    with saccade.StatelessScope([(v, w)]) as scope:
        assert float(v) == 2.0
        scope.add_update((v, 3.0))
        scope.add_loss(jnp.ones(()))
        assert float(v) == 3.0
    assert scope.get_current_value(w) is None
    assert len(scope.losses) == 1
    assert float(v) == 1.0


def test_stateless_scope_inside_a_compiled_step() -> None:
    class Doubled(losses.Loss):
        def call(self, y_true, y_pred):
            with saccade.StatelessScope():
                return jnp.square(y_true - layers.Dropout(0.5)(y_pred, training=True))

    model = saccade.Sequential([saccade.Input((2,)), layers.Dense(2)])
    model.compile("sgd", Doubled())
    history = model.fit(np.ones((6, 2)), np.ones((6, 2)), 4, 2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_stateless_scope_refuses() -> None:
    with pytest.raises(ConfigError, match="must begin with a Variable, got 3"):
        saccade.StatelessScope([(3, 1.0)])
    with pytest.raises(ShapeError, match=r"has shape \(\), the value has \(2,\)"):
        saccade.StatelessScope([(saccade.Variable(1.0), [1.0, 2.0])])


def test_flags_of_attention() -> None:
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled() is True
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
