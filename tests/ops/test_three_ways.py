"""One definition over arrays, placeholders and compiled code.

Each function is called on an array, compiled, on a placeholder (then as a functional
model, and as one made anew from its JSON), and inside a layer of one's own.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import ops

X = np.random.default_rng(0).normal(size=(5, 3, 4)).astype("float32")
ROW = np.arange(4, dtype="float32")


def in_place(x):
    x = x + 1
    x *= 2
    x -= 3
    x /= 2
    return x


@ops.custom_gradient
def doubled(x):
    return x * 2, lambda upstream: upstream * 5


OPERATORS = {
    "abs": lambda x: abs(x),
    "array on the left": lambda x: ROW * x,
    "array taken from": lambda x: np.ones((3, 4), "float32") - x,
    "assigned": in_place,
    "bits": lambda x: (x > 0) & ~(x > 1) | (x < -1) ^ (x < 0),
    "floor": lambda x: x // 2 + 7 // (x + 5) + x % 2 + 7 % (x + 5),
    "greater": lambda x: x >= 0.5,
    "jax on the left": lambda x: jnp.asarray(ROW) * x,
    "less": lambda x: x <= 0.5,
    "matmul": lambda x: np.ones((2, 3), "float32") @ x @ np.ones((4, 2), "float32"),
    "minus": lambda x: -x - 1,
    "not equal": lambda x: x != 0,
    "one less": lambda x: 1 - x,
    "over": lambda x: 1 / (x + 5),
    "power": lambda x: x**2 + 2**x,
    "round to a digit": lambda x: round(x, 1),
    "slices": lambda x: x[:, 1:, ::-2],
    "with a new axis": lambda x: x[:, None, ..., -1],
    "with a list": lambda x: x[:, [0, 2]],
}
# What JSON cannot hold: functions of the program.
FUNCTIONS = {
    "associative_scan": lambda x: ops.associative_scan(jnp.add, x, axis=1),
    "fori_loop": lambda x: ops.fori_loop(0, 3, lambda i, y: y + i, x),
    "map": lambda x: ops.map(lambda row: row * 2, x),
    "scan": lambda x: ops.scan(lambda c, r: (c + r, c * r), ops.zeros((3, 4)), x)[1],
    "switch": lambda x: ops.switch(1, [lambda y: y, lambda y: -y], x),
    "vectorized_map": lambda x: ops.vectorized_map(lambda r: r * ops.sum(r), x),
    "while_loop": lambda x: ops.while_loop(
        lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), (0, x)
    )[1],
}
OPERATIONS = {
    "cast": lambda x: ops.cast(x * 3, "int32"),
    "concatenate": lambda x: ops.concatenate([x, x[:, :1]], 1),
    "constant": lambda x: x + ops.convert_to_tensor(ROW),
    "einsum": lambda x: ops.einsum("bij,bkj->bik", x, x),
    "losses": lambda x: ops.binary_crossentropy(x > 0, ops.sigmoid(x)),
    "pictures": lambda x: ops.image.resize(x[..., None], (6, 8)),
    "places": lambda x: ops.slice_update(x, [0, 0, 0], ops.ones((1, 2, 2))),
    "reshape": lambda x: x.reshape((-1, 12)),
    "saturate_cast": lambda x: ops.saturate_cast(x * 300, "uint8"),
    "scatter_update": lambda x: ops.scatter_update(x, [[0, 1, 2]], [9.0]),
    "split": lambda x: ops.split(x, 2, -1)[1],
    "squeeze": lambda x: x[:, :1].squeeze(1),
    "stack": lambda x: ops.stack([x, -x], -1),
    "stop_gradient": lambda x: ops.stop_gradient(x) * 2,
    "top_k": lambda x: ops.top_k(x, 2)[0],
    "unstack": lambda x: ops.unstack(x, axis=1)[1],
    "where": lambda x: ops.where(x > 0, x, 0.1 * x),
}


def same(ours, expected) -> None:
    assert ours.dtype == expected.dtype
    np.testing.assert_allclose(
        np.asarray(ours, "float64"), np.asarray(expected, "float64"), 1e-5, 1e-6
    )


@pytest.mark.parametrize("name", [*OPERATORS, *OPERATIONS, *FUNCTIONS])
def test_placeholders_give_what_arrays_give(name: str) -> None:
    function = {**OPERATORS, **OPERATIONS, **FUNCTIONS}[name]
    expected = function(jnp.asarray(X))

    class Own(saccade.layers.Layer):
        def call(self, inputs):
            return function(inputs)

    x = saccade.Input((3, 4))
    symbolic = function(x)
    whole = saccade.Model(x, symbolic)
    assert symbolic.dtype == expected.dtype
    assert [n for n in symbolic.shape if n is not None] == [
        n for n, known in zip(expected.shape, symbolic.shape, strict=True) if known
    ]
    same(whole(X), expected)
    same(Own()(X), expected)
    assert Own()(x).shape == symbolic.shape
    if name not in FUNCTIONS:
        again = saccade.models.model_from_json(whole.to_json())
        same(again(X), expected)


def test_compiled_code_gives_what_arrays_give() -> None:
    every = {**OPERATORS, **OPERATIONS, **FUNCTIONS}
    compiled = jax.jit(lambda x: {name: f(x) for name, f in every.items()})(X)
    for name, function in every.items():
        same(compiled[name], function(jnp.asarray(X)))


def test_gradients_of_ones_own_reach_a_model() -> None:
    class Doubled(saccade.layers.Layer):
        def call(self, inputs):
            flipped = ops.cond(ops.sum(inputs) > 1e9, lambda: -inputs, lambda: inputs)
            return doubled(flipped)

    x = saccade.Input((3, 4))
    model = saccade.Model(x, Doubled()(x))
    gradient = jax.grad(lambda a: model(a).sum())(jnp.asarray(X))
    np.testing.assert_array_equal(gradient, np.full(X.shape, 5.0))


def test_shapes_that_are_not_fixed() -> None:
    x = saccade.Input((None, 4))
    assert ops.shape(x) == (None, None, 4)
    assert ops.reshape(x, (-1, 4)).shape == (None, 4)
    assert (x @ x[:, :2, :].reshape((-1, 4, 2))).shape[-1] == 2
    assert ops.concatenate([x, x], 1).shape == (None, None, 4)
    assert ops.sum(x, 1).shape == (None, 4)


def test_branches_do_not_look_at_placeholders() -> None:
    x = saccade.Input((3, 4))
    with pytest.raises(TypeError, match=r"placeholders(.|\n)*Fix: use ops.where"):
        ops.cond(ops.sum(x) > 0, lambda: x, lambda: -x)


def test_round_keeps_the_type_of_a_placeholder() -> None:
    assert round(saccade.Input((3,))).dtype == "float32"


PLACES = {"x": saccade.Input((3, 4)), "y": saccade.Input((5,)), "ops": ops}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("x + y", r"ops.add: got shapes \(None, 3, 4\) and \(None, 5\)"),
        ("x @ y", "ops.matmul: got shapes"),
        ("x[:, 0, 0, 0]", r"ops.get_item: got shapes \(None, 3, 4\): Too many"),
        ("ops.argmax(x, 7)", "ops.argmax"),
        ("ops.binary_crossentropy(x, y)", r"got \(None, 3, 4\) and \(None, 5\)"),
        ("ops.concatenate([x, x[:, :, :2]], 1)", r"\(None, 3, 4\) and \(None, 3, 2\)"),
        ("ops.reshape(x, (-1, 7))", r"of shape \(None, 3, 4\) do not fit"),
        ("ops.split(x, 3, -1)", "ops.split"),
        ("ops.transpose(x, (0, 1))", "ops.transpose: got shapes"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        eval(call, PLACES)


def test_types_that_do_not_fit_stay_errors_of_type() -> None:
    with pytest.raises(TypeError, match="float32"):
        ops.bitwise_and(saccade.Input((3,)), 1)
