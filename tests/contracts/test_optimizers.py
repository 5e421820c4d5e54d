"""What every optimizer keeps, asked of all that the package names."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Variable, optimizers

CLASSES = [
    thing
    for name in optimizers.__all__
    if inspect.isclass(thing := getattr(optimizers, name))
    and thing not in (optimizers.Optimizer, optimizers.LossScaleOptimizer)
]
pytestmark = pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)

SHAPES = {"kernel": (4, 10), "bias": (3,), "scale": ()}


def weights(dtype: str = "float32") -> list[Variable]:
    draws = np.random.default_rng(5)
    return [
        Variable(draws.normal(size=shape), dtype=dtype, name=name)
        for name, shape in SHAPES.items()
    ]


def gradients(count: int) -> list[jax.Array]:
    draws = np.random.default_rng(6)
    return [
        jnp.asarray(draws.normal(size=(count, *shape)), jnp.float32)
        for shape in SHAPES.values()
    ]


def values(variables: list[Variable]) -> list[jax.Array]:
    return [v.value for v in variables]


def test_config_round_trip(cls):
    optimizer = cls(learning_rate=0.25, clipnorm=1.0, name="mine")
    config = optimizer.get_config()
    again = cls.from_config(config)
    assert again.get_config() == config
    assert (again.name, float(again.learning_rate)) == ("mine", 0.25)
    own = set(inspect.signature(cls).parameters) - {"kwargs"}
    assert own == set(config)


def test_a_compiled_loop_gives_what_single_steps_give(cls):
    optimizer, variables = cls(), weights()
    optimizer.build(variables)
    given = gradients(5)

    def body(i, carry):
        w, state = carry
        return optimizer.stateless_apply(state, [g[i] for g in given], w)

    carry = (values(variables), values(optimizer.variables))
    looped, state = jax.jit(lambda c: jax.lax.fori_loop(0, 5, body, c))(carry)
    for i in range(5):
        optimizer.apply([g[i] for g in given])
    for value, variable in zip(
        [*looped, *state], [*variables, *optimizer.variables], strict=True
    ):
        assert_allclose(value, variable.numpy(), rtol=1e-4, atol=1e-6)


def test_every_step_moves_the_weights_and_none_is_not_finite(cls):
    optimizer, variables = cls(learning_rate=0.1), weights()
    before = [v.numpy() for v in variables]
    optimizer.apply([g[0] for g in gradients(1)], variables)
    for old, variable in zip(before, variables, strict=True):
        assert np.isfinite(variable.numpy()).all()
        assert not np.allclose(variable.numpy(), old)


def test_state_begins_with_the_count_and_the_rate(cls):
    optimizer = cls()
    optimizer.build(weights())
    first, second, *_ = optimizer.variables
    assert first.path == f"{optimizer.name}/iteration"
    assert second.path == f"{optimizer.name}/learning_rate"
    assert (first.dtype, second.dtype) == ("int32", "float32")
    count = len(optimizer.variables)
    optimizer.build(weights())
    assert len(optimizer.variables) == count


def test_training_goes_on_from_saved_state(cls):
    given = gradients(4)
    whole, part = weights(), weights()
    optimizer, before = cls(), cls()
    for i in range(4):
        optimizer.apply([g[i] for g in given], whole)
    for i in range(2):
        before.apply([g[i] for g in given], part)
    store: dict[str, np.ndarray] = {}
    before.save_own_variables(store)
    after = cls()
    after.build(part)
    after.load_own_variables(store)
    for i in range(2, 4):
        after.apply([g[i] for g in given], part)
    for one, other in zip(whole, part, strict=True):
        assert_allclose(one.numpy(), other.numpy())


def test_a_loss_falls(cls):
    w = Variable(np.array([2.0, -3.0]), name="w")
    optimizer = cls(learning_rate=1.0 if cls is optimizers.Adadelta else 0.05)
    optimizer.build([w])

    def body(_, carry):
        weight, state = carry
        gradient = 2 * (weight[0] - jnp.array([1.0, -1.0]))
        return optimizer.stateless_apply(state, [gradient], weight)

    carry = ([w.value], values(optimizer.variables))
    (end,), _ = jax.jit(lambda c: jax.lax.fori_loop(0, 300, body, c))(carry)
    start = np.sum((w.numpy() - [1, -1]) ** 2)
    assert np.sum((np.asarray(end) - [1, -1]) ** 2) < 0.9 * start


def test_short_floats_stay_short_and_finite(cls):
    optimizer, variables = cls(), weights("bfloat16")
    optimizer.apply([g[0].astype("bfloat16") for g in gradients(1)], variables)
    for variable in variables:
        assert variable.value.dtype == jnp.bfloat16
        assert np.isfinite(np.asarray(variable.value, np.float32)).all()
