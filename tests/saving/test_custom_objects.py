"""Classes of the user's own in layers and in `compile`, trained, saved and loaded.

Each entry of the table has one object of the user's own with an argument that is not
its default, where a model holds it, and the same in a model that was loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import layers, ops, saving

register = saving.register_keras_serializable(package="own")


@register
class Ramp(saccade.Initializer):
    def __init__(self, step=1.0):
        self.step = step

    def __call__(self, shape, dtype=None):
        numbers = ops.arange(np.prod(shape), dtype=dtype)
        return ops.reshape(numbers, shape) * self.step

    def get_config(self):
        return {"step": self.step}


@register
class Fourth(saccade.Regularizer):
    def __init__(self, factor=1.0):
        self.factor = factor

    def __call__(self, x):
        return self.factor * ops.sum(x**4)

    def get_config(self):
        return {"factor": self.factor}


@register
class AtMost(saccade.constraints.Constraint):
    def __init__(self, bound=9.0):
        self.bound = bound

    def __call__(self, w):
        return ops.clip(w, -self.bound, self.bound)

    def get_config(self):
        return {"bound": self.bound}


@register
class Power(saccade.Loss):
    def __init__(self, power=2.0, name="power", **kwargs):
        super().__init__(name=name, **kwargs)
        self.power = power

    def call(self, y_true, y_pred):
        return ops.mean(ops.abs(y_true - y_pred) ** self.power, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


@register
class Beyond(saccade.Metric):
    def __init__(self, bound=0.0, name="beyond", **kwargs):
        super().__init__(name=name, **kwargs)
        self.bound = bound
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count.assign_add(ops.sum(ops.cast(y_pred > self.bound, "float32")))

    def result(self):
        return self.count.value

    def get_config(self):
        return {**super().get_config(), "bound": self.bound}


@register
class Signs(saccade.Optimizer):
    def __init__(self, learning_rate=0.01, factor=1.0, name="signs", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.factor = factor

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.past = self.add_optimizer_variables(variables, "past")

    def update_step(self, gradient, variable, learning_rate):
        past = self.past[self._get_variable_index(variable)]
        self.assign(past, 0.9 * past + gradient)
        self.assign_sub(variable, learning_rate * self.factor * ops.sign(past))

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


@register
class Halving(saccade.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start=0.1):
        self.start = start

    def __call__(self, step):
        return self.start / (1 + ops.cast(step, "float32"))

    def get_config(self):
        return {"start": self.start}


@register
def bent(x):
    return ops.where(x > 0, x, 0.3 * x)


@register
class Scale(layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class Case(NamedTuple):
    """Where an object goes, and how to find it there."""

    found: Callable
    argument: str
    layer: dict
    compiled: dict


CASES = {
    "activation": Case(
        lambda m: m.layers[-1].activation, "__name__", {"activation": bent}, {}
    ),
    "constraint": Case(
        lambda m: m.layers[-1].kernel_constraint, "bound",
        {"kernel_constraint": AtMost(0.1)}, {},
    ),
    "initializer": Case(
        lambda m: m.layers[-1].kernel_initializer, "step",
        {"kernel_initializer": Ramp(0.01)}, {},
    ),
    "layer": Case(lambda m: m.layers[1], "factor", {}, {}),
    "loss": Case(lambda m: m.loss, "power", {}, {"loss": Power(3.0)}),
    "metric": Case(
        lambda m: m.metrics[-1], "bound", {},
        {"metrics": [Beyond(-1.0)]},
    ),
    "optimizer": Case(
        lambda m: m.optimizer, "factor", {}, {"optimizer": Signs(0.02, factor=2.0)}
    ),
    "regularizer": Case(
        lambda m: m.layers[-1].kernel_regularizer, "factor",
        {"kernel_regularizer": Fourth(0.5)}, {},
    ),
    "schedule": Case(
        lambda m: m.optimizer._learning_rate, "start", {},
        {"optimizer": saccade.optimizers.SGD(Halving(0.2))},
    ),
}  # fmt: skip


def made(case: Case) -> saccade.Model:
    # Objects with a state belong to one model, so each gets its own.
    own = {
        name: [type(v[0]).from_config(v[0].get_config())]
        if isinstance(v, list)
        else type(v).from_config(v.get_config())
        for name, v in case.compiled.items()
    }
    x = saccade.Input((3,))
    model = saccade.Model(x, layers.Dense(2, **case.layer)(Scale(2.0)(x)))
    model.compile(**{"optimizer": "adam", "loss": "mse", **own})
    return model


X = np.random.default_rng(0).normal(size=(10, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(10, 2)).astype("float32")


@pytest.mark.parametrize("name", CASES)
def test_trained_saved_and_trained_on(name: str, tmp_path) -> None:
    case = CASES[name]
    saccade.utils.set_random_seed(3)
    model = made(case)
    model.fit(X, Y, 4, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")

    ours, theirs = case.found(model), case.found(loaded)
    assert type(ours) is type(theirs)
    assert getattr(ours, case.argument) == getattr(theirs, case.argument)
    np.testing.assert_array_equal(model.predict(X), loaded.predict(X))
    assert model.evaluate(X, Y, verbose=0) == loaded.evaluate(X, Y, verbose=0)
    # Training goes on from the same numbers, those of the optimizer included.
    for one in (model, loaded):
        one.fit(X, Y, 4, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# What belongs to compile() is no part of clones.
IN_LAYERS = [name for name, case in CASES.items() if not case.compiled]


@pytest.mark.parametrize("name", IN_LAYERS)
def test_clones_and_json_have_it_too(name: str) -> None:
    case = CASES[name]
    model = made(case)
    for other in (
        saccade.models.clone_model(model),
        saccade.models.model_from_json(model.to_json()),
    ):
        found = getattr(case.found(other), case.argument)
        assert found == getattr(case.found(model), case.argument)


def test_they_compute_what_they_say() -> None:
    model = made(CASES["constraint"])
    model.fit(X, Y, epochs=5, verbose=0)
    assert np.abs(model.layers[-1].kernel).max() <= 0.1 + 1e-7
    model = made(CASES["initializer"])
    np.testing.assert_allclose(
        model.layers[-1].kernel, np.arange(6).reshape(3, 2) * 0.01, rtol=1e-6
    )
    kernel = np.asarray(model.layers[-1].kernel)
    model = made(CASES["regularizer"])
    model.layers[-1].kernel.assign(kernel)
    plain = np.square(model.predict(X, verbose=0) - Y).mean()
    penalty = 0.5 * (kernel**4).sum()
    np.testing.assert_allclose(
        model.evaluate(X, Y, verbose=0), plain + penalty, rtol=1e-5
    )
    model = made(CASES["metric"])
    count = int((model.predict(X, verbose=0) > -1).sum())
    assert model.evaluate(X, Y, verbose=0)[1] == count
    model = made(CASES["loss"])
    cubes = (np.abs(model.predict(X, verbose=0) - Y) ** 3).mean()
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), cubes, rtol=1e-5)
    model = made(CASES["optimizer"])
    before = np.asarray(model.layers[-1].kernel)
    model.fit(X, Y, 10, verbose=0)
    moved = np.abs(np.asarray(model.layers[-1].kernel) - before)
    np.testing.assert_allclose(moved, np.full((3, 2), 0.04), rtol=1e-3)


def test_a_class_that_is_not_registered_says_how_to(tmp_path) -> None:
    class Hidden(saccade.Regularizer):
        def __call__(self, x):
            return jnp.sum(x)

        def get_config(self):
            return {}

    x = saccade.Input((3,))
    model = saccade.Model(x, layers.Dense(2, kernel_regularizer=Hidden())(x))
    path = tmp_path / "model.keras"
    model.save(path)
    with pytest.raises((TypeError, ValueError), match="register_keras_serializable"):
        saving.load_model(path)
    loaded = saving.load_model(path, custom_objects={"Hidden": Hidden})
    assert type(loaded.layers[-1].kernel_regularizer) is Hidden
    with saving.custom_object_scope({"Hidden": Hidden}):
        again = saving.load_model(path)
    assert type(again.layers[-1].kernel_regularizer) is Hidden


@register
def halved(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1) / 2


@register
class CompiledOwnWay(saccade.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)

    def compile(self, optimizer, loss_fn):
        super().compile(optimizer=optimizer, loss=loss_fn)
        self.loss_fn = loss_fn

    def get_compile_config(self):
        return {"optimizer": "sgd", "loss_fn": self.loss_fn}

    def compile_from_config(self, config):
        self.compile(**saving.deserialize_keras_object(config))


def test_compile_configs_may_hold_objects(tmp_path) -> None:
    model = CompiledOwnWay()
    model(np.zeros((1, 2), "float32"))
    model.compile("sgd", halved)
    model.save(tmp_path / "own.keras")
    assert saving.load_model(tmp_path / "own.keras").loss_fn is halved
