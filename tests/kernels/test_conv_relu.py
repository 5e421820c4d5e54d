"""Convolution, bias and relu in one pass, beside the three one after the other."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels
from saccade.kernels import ConvSpec, _conv_relu, _library, _xla
from saccade.kernels._norm import spec_of

needs_library = pytest.mark.skipif(
    not _library.has("kernel_gradient_relu"), reason="installed without these kernels"
)
FAR = ((2, 2), (0, 1))
# Few and many channels, blocks of filters, groups, strides; below, at, beyond a vector.
SPECS = [
    ConvSpec(16, (9, 8), (7, 6), (3, 3), 3, 6, (1, 1), (1, 1), ((0, 0),) * 2),
    ConvSpec(3, (7, 9), (5, 4), (3, 3), 1, 1, (2, 2), (1, 1), FAR),
    ConvSpec(33, (5, 5), (5, 5), (3, 3), 10, 13, (1, 1), (1, 1), ((1, 1),) * 2),
    ConvSpec(20, (6, 6), (6, 6), (3, 3), 6, 9, (1, 1), (1, 1), ((1, 1),) * 2, 3),
    ConvSpec(17, (11,), (9,), (3,), 2, 7, (1,), (1,), ((0, 0),)),
]


def arrays(spec: ConvSpec) -> list[jax.Array]:
    rng = np.random.default_rng(0)
    shapes = (
        (spec.batch, *spec.inputs, spec.in_channels),
        (*spec.kernel, spec.group_channels, spec.filters),
        (spec.filters,),
        (spec.batch, *spec.outputs, spec.filters),
    )
    return [jnp.asarray(rng.normal(size=shape), jnp.float32) for shape in shapes]


def textbook(x, kernel, bias, spec):
    return jnp.maximum(_xla.conv(x, kernel, spec) + bias, 0)


def agree(got, expected) -> None:
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        scale = float(jnp.max(jnp.abs(b)))
        np.testing.assert_allclose(a, b, atol=1e-5 * scale)


@pytest.mark.parametrize("off", [False, True], ids=["on", "off"])
@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"b{s.batch}c{s.in_channels}")
def test_values_and_gradients(spec: ConvSpec, off: bool, monkeypatch) -> None:
    if off and spec is not SPECS[0]:
        pytest.skip("one shape is enough")
    if off or not _library.missing():
        monkeypatch.setenv("SACCADE_KERNELS", "off" if off else "native")
    x, kernel, bias, g = arrays(spec)

    @jax.jit
    def both(x, kernel, bias, g):
        found = []
        for function in (kernels.conv_relu, textbook):
            # With the gradient to the input and without: other kernels do the work.
            out, pull = jax.vjp(lambda *a, f=function: f(*a, spec), x, kernel, bias)
            _, less = jax.vjp(lambda *a, f=function: f(x, *a, spec), kernel, bias)
            found.append((out, pull(g), less(g)))
        return found

    agree(*both(x, kernel, bias, g))


@needs_library
def test_the_first_layer_needs_fewer_passes(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    x, kernel, bias, _ = arrays(SPECS[0])

    def loss(x, kernel, bias):
        return jnp.sum(kernels.conv_relu(x, kernel, bias, SPECS[0]))

    with kernels.recording() as found:
        jax.eval_shape(jax.grad(loss, (1, 2)), x, kernel, bias)
    assert [choice.operation for choice in found] == ["conv", "conv_grad_kernel"]
    with kernels.recording() as found:
        jax.eval_shape(jax.grad(loss, (0, 1, 2)), x, kernel, bias)
    operations = {choice.operation for choice in found}
    assert operations == {
        "conv",
        "relu_gradient",
        "conv_grad_input",
        "conv_grad_kernel",
    }


@pytest.mark.parametrize("places", [(0, 1, 2), (1, 2)])
def test_second_derivatives(places: tuple[int, ...]) -> None:
    x, kernel, bias, _ = arrays(SPECS[0])

    def again(function):
        def loss(*arguments):
            return jnp.sum(jnp.sin(function(*arguments, SPECS[0])))

        def slopes(*arguments):
            return sum(jnp.sum(g**2) for g in jax.grad(loss, places)(*arguments))

        return jax.jit(jax.grad(slopes, (0, 1, 2)))(x, kernel, bias)

    got, expected = again(kernels.conv_relu), again(textbook)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4 * float(jnp.max(jnp.abs(b))))


@pytest.mark.parametrize("size", [1, 3])
def test_an_empty_batch(size: int) -> None:
    lengths, kernel = (6, 6), (size, size)
    outputs = (7 - size, 7 - size)
    spec = ConvSpec(0, lengths, outputs, kernel, 3, 5, (1, 1), (1, 1), ((0, 0),) * 2)

    def loss(x, w, b):
        return jnp.sum(kernels.conv_relu(x, w, b, spec))

    arrays = jnp.ones((0, 6, 6, 3)), jnp.ones((*kernel, 3, 5)), jnp.ones(5)
    for numbers in (1, 2), (0, 1, 2):
        for slope, number in zip(
            jax.grad(loss, numbers)(*arrays), numbers, strict=True
        ):
            np.testing.assert_array_equal(slope, jnp.zeros_like(arrays[number]))


def test_a_result_that_nothing_depends_on() -> None:
    x, kernel, bias, _ = arrays(SPECS[0])

    def loss(kernel):
        kernels.conv_relu(x, kernel, bias, SPECS[0])
        return jnp.sum(kernel)

    np.testing.assert_array_equal(jax.grad(loss)(kernel), 1)


def test_not_a_number_stays() -> None:
    x, kernel, bias, _ = arrays(SPECS[0])
    out = kernels.conv_relu(x.at[3, 4, 4, 1].set(jnp.nan), kernel, bias, SPECS[0])
    assert int(jnp.isnan(out).sum()) == 9 * 6


@pytest.mark.parametrize("name", kernels.form_names("relu_gradient"))
def test_the_gradient_of_relu_in_every_form(name: str) -> None:
    form = kernels.form("relu_gradient", name)
    if form.native and not _library.has("relu_gradient"):
        pytest.skip("installed without compiled kernels")
    rng = np.random.default_rng(1)
    given = jnp.maximum(jnp.asarray(rng.normal(size=(18, 5, 3, 4)), jnp.float32), 0)
    g = jnp.asarray(rng.normal(size=given.shape), jnp.float32)
    slope, total = form.run(given, g)
    np.testing.assert_array_equal(slope, jnp.where(given > 0, g, 0))
    np.testing.assert_allclose(total, slope.sum((0, 1, 2)), rtol=1e-5, atol=1e-5)
    assert kernels.choose("relu_gradient", spec_of(g), "gpu").name == "xla"


@needs_library
def test_arrays_that_do_not_fit_are_an_error_and_no_crash() -> None:
    x, kernel, bias, g = arrays(SPECS[0])
    native = kernels.form("conv_grad_kernel", "native").with_relu
    assert native is not None
    for wrong in (
        (x, g[:, :5], g),
        (x, g, g[:, :5]),
        (x[:8], g, g),
        (x, g[..., :2], g),
    ):
        with pytest.raises(Exception, match="do not fit its numbers"):
            jax.block_until_ready(native(*wrong, SPECS[0]))
    relu = kernels.form("relu_gradient", "native").run
    with pytest.raises(Exception, match="do not fit each other"):
        jax.block_until_ready(relu(g[:, :5], g))
    forward = kernels.form("conv", "native").with_relu
    assert forward is not None
    with pytest.raises(Exception, match="do not fit its numbers"):
        jax.block_until_ready(forward(x, kernel, bias[:4], SPECS[0]))
    assert _conv_relu.conv_relu(x, kernel, bias, SPECS[0]).shape == g.shape
