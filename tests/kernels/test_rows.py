"""Products of matrices and the gathering of rows, in every form."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels
from saccade.kernels import _library, _product, _rows

needs_library = pytest.mark.skipif(
    not _library.has("thin"), reason="installed without compiled kernels"
)
# Below, at and beyond tiles of rows and vectors of each width.
SIZES = [(1, 3, 1), (7, 1, 5), (8, 40, 10), (33, 784, 10), (65, 33, 16), (300, 40, 4)]


def whole(*shape: int, seed: int = 0) -> jax.Array:
    """Small whole numbers: sums of their products are exact in any order."""
    rng = np.random.default_rng(seed)
    return jnp.asarray(rng.integers(-4, 5, shape), jnp.float32)


@needs_library
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_products_and_gradients_agree_with_xla(size: tuple[int, int, int]) -> None:
    rows, depth, columns = size
    x, w, g = whole(rows, depth), whole(depth, columns, seed=1), whole(rows, columns)

    @jax.jit
    def both(x, w, g):
        pulled = []
        for form in (_product.native, _product.plain):
            out, pull = jax.vjp(form, x, w)
            pulled.append((out, *pull(g)))
        return pulled

    for got, expected in zip(*both(x, w, g), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("size", [(16, 500, 300), (3, 4, 5)], ids=str)
def test_wide_products_and_gradients_agree_with_xla(size: tuple[int, int, int]) -> None:
    rows, depth, columns = size
    x, w, g = whole(rows, depth), whole(depth, columns, seed=1), whole(rows, columns)
    got, pull = jax.vjp(jax.jit(_product.turned), x, w)
    np.testing.assert_array_equal(got, x @ w)
    for mine, expected in zip(pull(g), (g @ w.T, x.T @ g), strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_wide_products_on_cpu_have_a_gradient_of_their_own(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)

    def primitives(rows: int, depth: int, columns: int) -> str:
        x, w = jnp.zeros((rows, depth)), jnp.zeros((depth, columns))
        return str(jax.make_jaxpr(lambda x, w: kernels.product(x, w))(x, w))

    assert "saccade_wide" in primitives(64, 784, 512)
    assert "saccade_wide" not in primitives(8, 784, 512)
    assert "saccade_wide" not in primitives(64, 32, 32)
    with kernels.portable():
        assert "saccade_wide" not in primitives(64, 784, 512)


@pytest.mark.parametrize(
    "form", [pytest.param(_product.native, marks=needs_library), _product.turned]
)
def test_derivatives_of_any_kind_and_vmap(form) -> None:
    x, w = whole(4, 6), whole(6, 3, seed=1)

    def outcomes(form):
        def loss(x, w):
            return jnp.sum(form(x, w) ** 2)

        return (
            jax.jvp(form, (x, w), (x, w)),
            jax.hessian(loss, (0, 1))(x, w),
            jax.jacfwd(jax.grad(loss, 1), 1)(x, w),
            jax.vmap(form, (None, 0))(x, jnp.stack([w, 2 * w])),
            jax.vmap(jax.grad(loss), (0, None))(jnp.stack([x, 2 * x]), w),
        )

    got, expected = outcomes(form), outcomes(_product.plain)
    jax.tree.map(np.testing.assert_array_equal, got, expected)


@needs_library
def test_flattened_pictures_are_not_moved(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)
    rng = np.random.default_rng(2)
    inside = jnp.asarray(rng.normal(size=(20, 25, 18, 16)), jnp.float32)
    kernel = jnp.asarray(rng.normal(size=(9000, 12)) / 100, jnp.float32)

    def loss(inside, kernel, flatten):
        pictures = jnp.sin(inside).transpose(3, 0, 1, 2)
        return jnp.sum(jnp.sin(kernels.product(flatten(pictures), kernel)))

    def textbook(x):
        return x.reshape(16, -1)

    both = jax.jit(jax.value_and_grad(loss, (0, 1)), static_argnums=2)
    got = both(inside, kernel, kernels.flatten)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5),
        got,
        both(inside, kernel, textbook),
    )
    # Nowhere do the numbers of a picture lie in a row.
    text = both.lower(inside, kernel, kernels.flatten).compile().as_text()
    assert text is not None
    assert "saccade_thin" in text
    assert "f32[16,9000]" not in text
    with kernels.portable():
        assert kernels.flatten(jnp.ones((2, 20, 25, 18))).shape == (2, 9000)


@needs_library
def test_products_that_gain_are_native(monkeypatch) -> None:
    monkeypatch.delenv("SACCADE_KERNELS", raising=False)

    def primitives(rows: int, depth: int, columns: int, dtype="float32") -> str:
        x, w = jnp.zeros((rows, depth), dtype), jnp.zeros((depth, columns), dtype)
        return str(jax.make_jaxpr(lambda x, w: kernels.product(x, w))(x, w))

    assert "saccade_thin" in primitives(32, 784, 10)
    assert "saccade_thin" not in primitives(32, 784, 128)
    assert "saccade_thin" not in primitives(4, 32, 10)
    assert "saccade_thin" not in primitives(32, 784, 10, "bfloat16")


@needs_library
@pytest.mark.parametrize("dtype", ["float32", "uint8", "int32", "bfloat16", "float16"])
@pytest.mark.parametrize("shape", [(), (3,), (5, 5, 3), (1000,), (0,)])
def test_rows_agree_with_xla(dtype: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    data = jnp.asarray(rng.integers(0, 200, (50, *shape)), dtype)
    rows = jnp.asarray(rng.integers(0, 50, 70), jnp.int32)
    got = jax.jit(_rows.native)(data, rows)
    np.testing.assert_array_equal(got, _rows.by_index(data, rows))
    assert _rows.native(data, rows[:0]).shape == (0, *shape)


@needs_library
@pytest.mark.parametrize("row", [-1, 50, 2**31 - 1])
def test_rows_that_are_not_there_are_an_error_and_no_crash(row: int) -> None:
    data = jnp.zeros((50, 3))
    with pytest.raises(Exception, match="a row that is not there"):
        jax.block_until_ready(_rows.native(data, jnp.asarray([0, row], jnp.int32)))


@needs_library
def test_arrays_that_do_not_fit_are_an_error_and_no_crash() -> None:
    def call(target, shape, *arrays, dtype="float32", **numbers):
        run = jax.ffi.ffi_call(
            f"saccade_{target}", jax.ShapeDtypeStruct(shape, jnp.dtype(dtype))
        )
        return jax.block_until_ready(run(*arrays, **numbers))

    x, rows = jnp.zeros((4, 6)), jnp.zeros(2, jnp.int32)
    for shape, other in (((4, 3), (5, 3)), ((3, 3), (6, 3)), ((4, 17), (6, 17))):
        with pytest.raises(Exception, match="do not fit each other"):
            call("thin", shape, x, jnp.zeros(other), turned=False)
    for shape in ((3, 6), (2, 5), (2, 6, 1)):
        with pytest.raises(Exception, match="do not fit each other"):
            call("gather", shape, x, rows)
    with pytest.raises(Exception, match="do not fit each other"):
        call("gather", (2, 6), x, rows, dtype="int32")
