"""Few pictures, whose vectors hold filters; maxima of windows with convolutions."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade
from saccade import kernels, layers
from saccade.kernels import ConvSpec, PoolSpec, _direct, _library, _native, _xla

needs_library = pytest.mark.skipif(
    not _library.has("direct"), reason="installed without these kernels"
)
SAME = ((2, 2), (2, 2))
NONE = ((0, 0), (0, 0))
# Filters below, at and beyond vectors of each width; padding, strides, groups, 1-D.
SPECS = [
    ConvSpec(1, (9, 8), (9, 8), (5, 5), 1, 6, (1, 1), (1, 1), SAME),
    ConvSpec(1, (7, 14), (3, 10), (5, 5), 6, 16, (1, 1), (1, 1), NONE),
    ConvSpec(3, (7, 9), (5, 4), (3, 3), 2, 19, (2, 2), (1, 1), ((2, 2), (0, 1))),
    ConvSpec(8, (6, 31), (6, 27), (3, 3), 4, 70, (1, 1), (1, 2), ((1, 1), (0, 0))),
    ConvSpec(2, (6, 6), (6, 6), (3, 3), 6, 30, (1, 1), (1, 1), ((1, 1),) * 2, 3),
    ConvSpec(5, (11,), (9,), (3,), 2, 7, (1,), (1,), ((0, 0),)),
    ConvSpec(4, (6, 7), (3, 7), (2, 1), 3, 33, (1, 1), (1, 1), ((-1, -1), (0, 0))),
]


def arrays(spec: ConvSpec) -> list[jax.Array]:
    rng = np.random.default_rng(0)
    shapes = (
        (spec.batch, *spec.inputs, spec.in_channels),
        (*spec.kernel, spec.group_channels, spec.filters),
        (spec.filters,),
    )
    return [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in shapes]


def halves(spec: ConvSpec) -> PoolSpec:
    two = (2,) * spec.rank
    outputs = tuple(n // 2 for n in spec.outputs)
    none = ((0, 0),) * spec.rank
    return PoolSpec(spec.batch, spec.outputs, outputs, two, two, none, spec.filters)


def textbook(x, kernel, bias, spec):
    return jnp.maximum(_xla.conv(x, kernel, spec) + bias, 0)


def agree(got, expected) -> None:
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5 * float(jnp.max(jnp.abs(b))))


@needs_library
@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"b{s.batch}f{s.filters}")
def test_the_same_as_xla(spec: ConvSpec) -> None:
    x, kernel, bias = arrays(spec)

    @jax.jit
    def both(x, kernel, bias):
        pool = halves(spec)
        after = textbook(x, kernel, bias, spec)
        most = _xla.max_pool(after, pool)
        got = (
            _direct.conv(x, kernel, spec),
            _direct.conv_relu(x, kernel, bias, spec),
            _direct.conv_relu_max(x, kernel, bias, spec, pool),
            _native.conv_relu_max(x, kernel, bias, spec, pool),
        )
        return got, (_xla.conv(x, kernel, spec), after, most, most)

    agree(*both(x, kernel, bias))


@needs_library
@pytest.mark.parametrize("batch", [3, 20])
def test_numbers_that_are_none_stay(batch: int) -> None:
    # In the second pixel of a window, whose first is a number.
    spec = ConvSpec(batch, (2, 2), (2, 2), (1, 1), 1, 3, (1, 1), (1, 1), NONE)
    x = jnp.zeros((batch, 2, 2, 1)).at[1, 0, 1].set(jnp.nan)
    form = _direct if batch <= 8 else _native
    most = form.conv_relu_max(
        x, jnp.ones((1, 1, 1, 3)), jnp.ones(3), spec, halves(spec)
    )
    wanted = np.ones((batch, 1, 1, 3))
    wanted[1] = np.nan
    np.testing.assert_array_equal(most, wanted)


@pytest.mark.parametrize("batch", [2, 17])
@pytest.mark.parametrize("off", [False, True], ids=["on", "off"])
def test_gradients_of_answers(batch: int, off: bool, monkeypatch) -> None:
    # Nobody should ask a program that answers for them; they are right all the same.
    monkeypatch.setenv("SACCADE_KERNELS", "off" if off else "")
    spec = ConvSpec(batch, (8, 6), (8, 6), (3, 3), 2, 5, (1, 1), (1, 1), ((1, 1),) * 2)
    pool = halves(spec)

    def run(x, kernel, bias):
        with kernels.answering():
            return kernels.max_pool(kernels.conv_relu(x, kernel, bias, spec), pool)

    def plain(x, kernel, bias):
        return _xla.max_pool(textbook(x, kernel, bias, spec), pool)

    def loss(function, *arrays):
        return jnp.sum(jnp.sin(function(*arrays)))

    found = [
        jax.jit(jax.value_and_grad(functools.partial(loss, f), (0, 1, 2)))(
            *arrays(spec)
        )
        for f in (run, plain)
    ]
    agree(*found)


def network():
    return saccade.Sequential(
        [
            layers.Input((14, 14, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(9, 3, activation="relu"),
            layers.MaxPooling2D(2, strides=1),
            layers.Conv2D(4, 2, activation="relu"),
            layers.MaxPooling2D(2, padding="same"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("batch", [1, 5, 20])
def test_models_answer_the_same_without_kernels(batch: int, rng, monkeypatch) -> None:
    x = rng.normal(size=(batch, 14, 14, 1)).astype("float32")
    y = rng.integers(0, 3, batch)
    model = network()
    found = []
    for words in ("", "off", "max_pool=lanes", "conv=lanes"):
        monkeypatch.setenv("SACCADE_KERNELS", words)
        other = saccade.models.clone_model(model)
        other.set_weights(model.get_weights())
        other.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        parts = other.predict_on_batch(x), other.evaluate(x, y, verbose=0)
        found.append([np.asarray(part) for part in parts])
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def calls(model, x) -> list[str]:
    """Names of the kernels in the program of an answer."""

    def answer(x):
        with kernels.answering():
            return model(x, training=False)

    text = jax.jit(answer).lower(x).compile().as_text()
    found = [line.split('custom_call_target="')[1] for line in text.splitlines()
             if 'custom_call_target="saccade' in line]  # fmt: skip
    return [name.split('"')[0] for name in found]


@needs_library
def test_a_convolution_that_only_pooling_reads_is_not_written(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    model = network()
    few = calls(model, jnp.ones((1, 14, 14, 1)))
    # Windows that overlap or reach beyond the picture are pooled by themselves.
    assert sorted(few) == ["saccade_direct"] * 3 + ["saccade_max_pool"] * 2
    many = calls(model, jnp.ones((32, 14, 14, 1)))
    assert many.count("saccade_correlate_windows") == 1
    assert many.count("saccade_correlate_relu") == 2
    monkeypatch.setenv("SACCADE_KERNELS", "max_pool=native,conv=native")
    assert "saccade_direct" not in calls(model, jnp.ones((1, 14, 14, 1)))


def test_a_convolution_that_is_read_twice(rng) -> None:
    x = layers.Input((8, 8, 2))
    y = layers.Conv2D(3, 3, padding="same", activation="relu")(x)
    model = saccade.Model(x, [layers.MaxPooling2D(2)(y), y])
    pictures = rng.normal(size=(20, 8, 8, 2)).astype("float32")
    most, whole = model.predict(pictures, verbose=0)
    expected = whole.reshape(20, 4, 2, 4, 2, 3).max((2, 4))
    np.testing.assert_allclose(most, expected, rtol=1e-6)


@needs_library
def test_only_programs_that_answer_leave_the_batch_outside(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    spec = SPECS[1]
    assert kernels.choose("conv", spec, "cpu").name != "native_direct"
    with kernels.answering():
        assert kernels.choose("conv", spec, "cpu").name == "native_direct"
