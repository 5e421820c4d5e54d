"""`tf.function` and `tf.Variable`: the same results, traced as TensorFlow does."""

from __future__ import annotations

from types import ModuleType

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Model, Sequential, layers, losses, metrics, optimizers

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5], [3.0]], "float32")


def test_python_runs_once_for_each_signature(tf: ModuleType) -> None:
    seen: list[object] = []

    @tf.function
    def double(x, factor=2):
        seen.append(x)
        return {"y": x * factor, "kind": "double", "none": None}

    for _ in range(3):
        made = double(X)
    assert_allclose(made["y"], X * 2)
    assert isinstance(made["y"], jax.Array)
    assert made["kind"] == "double"
    assert made["none"] is None
    assert len(seen) == 1
    assert_allclose(double(X[:2], factor=3)["y"], X[:2] * 3)
    double(X[:2], 4)
    double(X)
    assert len(seen) == 3
    assert double.experimental_get_tracing_count() == 3
    assert double.python_function(X)["kind"] == "double"
    assert double.get_concrete_function()(X)["kind"] == "double"


def test_variables_are_read_and_written(tf: ModuleType) -> None:
    count = tf.Variable(0, trainable=False)
    total = tf.Variable([0.0, 0.0])
    traced = []

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def add(x):
        traced.append(1)
        count.assign_add(1)
        return total.assign_add(x) * tf.cast(count, tf.float32)

    assert_allclose(add([1, 2]), [1.0, 2.0])
    total.assign([10.0, 10.0])
    assert_allclose(add([1, 2]), [22.0, 24.0])
    assert int(count) == 2
    assert_allclose(total.numpy(), [11.0, 12.0])
    assert len(traced) == 1


def test_a_step_with_a_tape_trains(tf: ModuleType) -> None:
    def train(decorate):
        model = Sequential(
            [layers.Input((4,)), layers.Dense(1, kernel_initializer="ones")]
        )
        optimizer, seen = optimizers.Adam(0.1), metrics.Mean()
        loss = losses.MeanSquaredError()

        @decorate
        def step(x, y):
            with tf.GradientTape() as tape:
                value = loss(y, model(x, training=True))
            gradients = tape.gradient(value, model.trainable_variables)
            optimizer.apply_gradients(
                zip(gradients, model.trainable_variables, strict=True)
            )
            seen.update_state(value)
            return value

        values = [float(step(X, Y)) for _ in range(20)]
        assert int(optimizer.iterations) == 20
        assert_allclose(float(seen.result()), np.mean(values), rtol=1e-5)
        return values

    compiled, plain = train(tf.function(jit_compile=True)), train(lambda f: f)
    assert_allclose(compiled, plain, rtol=1e-4)
    assert compiled[-1] < compiled[0] / 5


def test_methods_and_functions_inside_a_tape(tf: ModuleType) -> None:
    class Scaled(layers.Layer):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(3.0, name="w")

        @tf.function
        def call(self, x, training=False):
            return x * self.w

    layer = Scaled()
    assert layer.trainable_variables == [layer.w]
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layer(X, training=True))
    assert_allclose(tape.gradient(y, layer.w), X.sum(), rtol=1e-5)
    x = tf.constant(X)
    square = tf.function(lambda x: x * x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    assert_allclose(tape.gradient(y, x), 2 * X, rtol=1e-6)


def test_what_cannot_be_compiled_runs_as_written(tf: ModuleType) -> None:
    @tf.function
    def steps(x):
        n = 0
        while tf.reduce_sum(x) > 1.0:
            x = x / 2.0
            n += 1
        return n

    assert [steps(tf.constant([8.0])), steps(tf.constant([2.0]))] == [3, 1]

    data = tf.data.Dataset.from_tensor_slices(X).batch(3)

    @tf.function
    def rows(data):
        return sum(len(batch) for batch in data)

    assert rows(data) == 8
    assert tf.function(lambda: sum(len(batch) for batch in data))() == 8
    tf.config.run_functions_eagerly(True)
    try:
        called = []
        plain = tf.function(lambda x: called.append(x))
        plain(X)
        plain(X)
        assert len(called) == 2
    finally:
        tf.config.run_functions_eagerly(False)


def test_random_numbers_differ_from_call_to_call(tf: ModuleType) -> None:
    draw = tf.function(lambda: tf.random.normal([4]))
    tf.random.set_seed(3)
    first, second = draw(), draw()
    assert not np.allclose(first, second)
    tf.random.set_seed(3)
    assert_allclose(draw(), first)


def test_variables_have_tensorflows_arguments(tf: ModuleType) -> None:
    v = tf.Variable(np.arange(3.0), trainable=None, name="v", dtype=tf.float32)
    assert (v.shape, v.trainable, v.name, v.dtype) == ((3,), True, "v", "float32")
    v.assign_sub(tf.ones(3), read_value=False)
    assert_allclose(v.read_value(), [-1.0, 0.0, 1.0])
    assert_allclose(v[1:] + 1, [1.0, 2.0])
    assert tf.Variable(lambda: tf.zeros([2])).shape == (2,)
    assert tf.Variable(1).dtype == "int32"
    with pytest.raises(TypeError, match="`initial_value` is missing"):
        tf.Variable()


def test_modules_find_their_variables(tf: ModuleType) -> None:
    class Dense(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.w = tf.Variable(tf.ones([4, 2]))
            self.step = tf.Variable(0, trainable=False)
            self.parts = [layers.Dense(1)]

        @tf.Module.with_name_scope
        def __call__(self, x):
            return self.parts[0](x @ self.w)

    module = Dense()
    assert module(X).shape == (8, 1)
    assert len(module.variables) == 4
    assert len(module.trainable_variables) == 3
    assert module.non_trainable_variables == (module.step,)
    assert module.name == "dense"


class Adversarial(Model):
    """Two optimizers, a counter outside of any group, and random numbers."""

    def __init__(self, tf: ModuleType, counter) -> None:
        super().__init__()
        self.tf, self.counter = tf, counter
        self.good = layers.Dense(1)
        self.bad = layers.Dense(4)
        self.tracker = metrics.Mean(name="score")

    def compile(self, one, two):
        super().compile()
        self.one, self.two = one, two

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, data):
        tf = self.tf
        noise = tf.random.normal([tf.shape(data)[0], 4])
        with tf.GradientTape() as tape:
            score = tf.reduce_mean(self.good(tf.concat([data, self.bad(noise)], 0)))
        self.one.apply_gradients(
            zip(
                tape.gradient(score, self.good.trainable_variables),
                self.good.trainable_variables,
                strict=True,
            )
        )
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.good(self.bad(noise)))
        variables = self.bad.trainable_variables
        self.two.minimize(loss, variables, tape=tape)
        self.counter.assign_add(1)
        self.tracker.update_state(score)
        return {"score": self.tracker.result(), "first": noise[0, 0]}


def test_fit_carries_what_a_step_touches(tf: ModuleType) -> None:
    counter = tf.Variable(0, trainable=False)
    model = Adversarial(tf, counter)
    model.compile(optimizers.SGD(0.1), optimizers.Adam(0.1))
    run = model.fit(X, batch_size=4, epochs=3, verbose=0)
    assert int(counter) == 6
    assert int(model.one.iterations) == int(model.two.iterations) == 6
    assert len(set(run.history["first"])) == 3
    assert len(model.two.variables) == 2 + 2 * len(model.bad.trainable_variables)
    assert not np.allclose(model.two.variables[2].numpy(), 0)
    programs = list(model._programs.values())
    assert [p.traces for p in programs] == [{"train_resident": 1}]
    before = model.good.get_weights()
    model.train_on_batch(X)
    assert int(counter) == 7
    assert not np.allclose(before[0], model.good.get_weights()[0])
