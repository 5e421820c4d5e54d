"""Gradients of a tape, against those of JAX and against ones known by hand."""

from __future__ import annotations

import gc
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from saccade import Sequential, Variable, layers, losses, ops, optimizers
from saccade.core import _replay, _scope
from saccade.data import as_tensor

X = np.random.default_rng(0).normal(size=(6, 5, 5, 1)).astype("float32")
Y = np.array([0, 1, 2, 0, 1, 2])


def small_net() -> Sequential:
    return Sequential(
        [
            layers.Input((5, 5, 1)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def pure(model: Sequential, function, *arguments):
    """The gradient of a function of the outputs, by the weights, through JAX alone."""
    frozen = [v.value for v in model.non_trainable_variables]

    def run(trainable):
        return function(
            lambda x, **kw: model.stateless_call(trainable, frozen, x, **kw)[0],
            *arguments,
        )

    return jax.grad(run)([v.value for v in model.trainable_variables])


def test_gradients_of_layers_losses_and_operators(tf: ModuleType) -> None:
    model, loss = small_net(), losses.SparseCategoricalCrossentropy()

    def value(net):
        p = net(X, training=True)
        return loss(Y, p) * 2 + tf.reduce_mean(p**2) - ops.sum(jnp.tanh(p)) / 7

    with tf.GradientTape() as tape:
        total = value(model)
    assert isinstance(total, jax.Array)
    assert isinstance(total.numpy(), np.ndarray)
    found = tape.gradient(total, model.trainable_variables)
    for a, b in zip(found, pure(model, value), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_loop_of_ones_own_learns_and_compiles_once(tf: ModuleType) -> None:
    model, optimizer = small_net(), optimizers.Adam(0.02)
    loss = losses.SparseCategoricalCrossentropy()
    seen, before = [], None
    for _ in range(12):
        with tf.GradientTape() as tape:
            value = loss(Y, model(X, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(
            zip(gradients, model.trainable_variables, strict=True)
        )
        seen.append(float(value))
        known = set(_replay._compiled)
        assert before is None or known == before
        before = known
    assert seen[-1] < seen[0] / 2


def test_sources_in_any_nest_and_what_is_not_connected(tf: ModuleType) -> None:
    x, other = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    v = Variable(np.float32(2.0), trainable=True)
    still = Variable(np.float32(2.0), trainable=False)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, other])
        y = v * tf.reduce_sum(x * x) * still
    found = tape.gradient(y, {"a": [x, other], "v": v, "s": still})
    assert_allclose(found["a"][0], [8.0, 16.0])
    assert found["a"][1] is None
    assert found["s"] is None
    assert float(found["v"]) == 10.0
    zero = tape.gradient(y, [other, tf.constant(1.0)], unconnected_gradients="zero")
    assert_allclose(zero[0], [0.0, 0.0])
    assert float(zero[1]) == 0.0
    assert tape.gradient(tf.constant(1.0), x) is None
    assert tape.watched_variables() == (v,)


def test_watching(tf: ModuleType) -> None:
    a = Variable(np.float32(2.0))
    b = Variable(np.float32(3.0))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(a)
        y = a * b
    da, db = tape.gradient(y, [a, b])
    assert float(da) == 3.0
    assert db is None
    # of what was computed on the way, as in Grad-CAM
    with tf.GradientTape() as tape:
        middle = a * 3.0
        y = middle * middle * a
    d_middle, d_a = tape.gradient(y, [middle, a])
    assert float(d_middle) == 2 * 6.0 * 2.0
    assert_allclose(d_a, 3 * 9 * 2.0**2)


def test_elements_of_a_data_set_can_be_watched(tf: ModuleType) -> None:
    picture = as_tensor(X)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        y = tf.reduce_sum((picture / 2.0) ** 2) + tf.reduce_sum(picture[0])
    expected = X / 2
    expected[0] += 1
    assert_allclose(tape.gradient(y, picture), expected, rtol=1e-6)


def test_targets_are_added_and_weighed(tf: ModuleType) -> None:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = x * x, x * 3.0
    assert_allclose(tape.gradient(y, x), [2.0, 4.0, 6.0])
    assert_allclose(tape.gradient([y, z], x), [5.0, 7.0, 9.0])
    assert_allclose(
        tape.gradient(y, x, output_gradients=jnp.array([1.0, 0.0, 2.0])), [2, 0, 12]
    )
    with pytest.raises(ValueError, match="one array for each of the 2 targets, got 1"):
        tape.gradient([y, z], x, output_gradients=[jnp.ones(3)])


def test_higher_orders(tf: ModuleType) -> None:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        first = inner.gradient(y, x)
    assert float(first) == 27.0
    assert float(outer.gradient(first, x)) == 18.0
    with tf.GradientTape(persistent=True) as tape:
        y = x * x * x
        first = tape.gradient(y, x)
    assert_allclose(tape.gradient(first, x), 18.0, rtol=1e-6)


def test_a_penalty_on_the_gradient_by_the_input(tf: ModuleType) -> None:
    model = small_net()
    x = tf.constant(X)

    def size(gradient):
        norm = tf.sqrt(tf.reduce_sum(tf.square(gradient), axis=[1, 2, 3]) + 1e-6)
        return tf.reduce_mean((norm - 1.0) ** 2)

    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(x)
            score = model(x, training=False)[:, 0]
        penalty = size(inner.gradient(score, [x])[0])

    def value(net):
        return size(jax.grad(lambda z: jnp.sum(net(z, training=False)[:, 0]))(x))

    found = tape.gradient(penalty, model.trainable_variables)
    for a, b in zip(found, pure(model, value), strict=True):
        assert_allclose(0 if a is None else a, b, rtol=1e-3, atol=1e-5)


def test_two_tapes_at_once_and_an_update_in_between(tf: ModuleType) -> None:
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as one, tf.GradientTape() as two:
        first, second = a * b, a * a * b
    da = one.gradient(first, a)
    a.assign(100.0)
    assert float(da) == 3.0
    assert float(two.gradient(second, b)) == 4.0


def test_variables_that_share_an_array_are_told_apart(tf: ModuleType) -> None:
    student, teacher = tf.Variable(2.0), tf.Variable(0.0)
    teacher.assign(student)
    with tf.GradientTape() as tape:
        y = student * 3.0 + teacher * 5.0
    assert [float(g) for g in tape.gradient(y, [student, teacher])] == [3.0, 5.0]


def test_what_stops_gradients(tf: ModuleType) -> None:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        stopped = tf.stop_gradient(x) * 2.0
        whole = tf.cast(tf.cast(x, tf.int32), tf.float32)
        with tape.stop_recording():
            unseen = x * 2.0
        outside = tf.constant((x * 2.0).numpy())
    for y in (stopped, whole, unseen, outside):
        assert tape.gradient(y, x) is None


def test_jacobians(tf: ModuleType) -> None:
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.stack([x[:, 0] * x[:, 1], x[:, 0] ** 2, x[:, 1]], axis=1)
    expected = [[[2, 1], [2, 0], [0, 1]], [[4, 3], [6, 0], [0, 1]]]
    assert_allclose(tape.batch_jacobian(y, x), expected)
    whole = tape.jacobian(y, [x])[0]
    assert whole.shape == (2, 3, 2, 2)
    assert_allclose(whole[1, :, 1], expected[1])
    assert_allclose(whole[1, :, 0], 0)


def test_everything_is_traced_inside_jit(tf: ModuleType) -> None:
    def run(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.nn.relu(x) ** 3)
        return tape.gradient(y, x)

    x = jnp.array([-1.0, 2.0])
    assert_allclose(jax.jit(run)(x), [0.0, 12.0])
    assert_allclose(jax.vmap(run)(jnp.stack([x, x])), [[0.0, 12.0]] * 2)


def test_a_tape_of_one_gradient_says_how_to_take_more(tf: ModuleType) -> None:
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match=r"persistent=True\) may be used more"):
        tape.gradient(y, x)
    with tape:
        y = x * 4.0
    assert float(tape.gradient(y, x)) == 4.0


def test_mistakes(tf: ModuleType) -> None:
    tape = tf.GradientTape(persistent=True)
    with pytest.raises(RuntimeError, match="not recording"), tape.stop_recording():
        pass
    with tape, pytest.raises(RuntimeError, match="is recording already"), tape:
        pass
    with pytest.raises(TypeError, match="expected an array or a variable, got float"):
        tape.watch(1.0)
    x = tf.constant(1.0)
    with pytest.raises(TypeError, match=r"a source must be an array .* got str"):
        tape.gradient(x, ["x"])
    with pytest.raises(ValueError, match="must be 'none' or 'zero', got 'nothing'"):
        tape.gradient(x, x, unconnected_gradients="nothing")
    with pytest.raises(TypeError, match="`target` must be one array, got a nest of 2"):
        tape.jacobian([x, x], x)


def test_nothing_stays_behind(tf: ModuleType) -> None:
    x = tf.constant(np.ones((50, 50), "float32"))
    tape = tf.GradientTape()
    with pytest.raises(TypeError), tape:
        tape.watch([x, "text"])
    assert _scope.readers() == []
    before = len(jax.live_arrays())
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.exp(x) * x)
    gradient = tape.gradient(y, x)
    del y
    gc.collect()
    assert gradient.shape == (50, 50)
    assert len(jax.live_arrays()) <= before + 2
