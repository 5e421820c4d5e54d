"""The bias and its gradient in every form."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade import kernels


@pytest.mark.parametrize("shape", [(3, 2), (3, 4, 2), (3, 4, 5, 2)])
@pytest.mark.parametrize("name", kernels.form_names("bias_gradient"))
def test_bias_and_gradient(shape, name) -> None:
    x = jnp.asarray(np.random.default_rng(0).normal(size=shape), jnp.float32)
    bias = jnp.asarray([1.0, -2.0])
    np.testing.assert_array_equal(kernels.add_bias(x, bias), x + bias)
    expected = x.sum(tuple(range(x.ndim - 1)))
    if kernels.form("bias_gradient", name).native and kernels.missing():
        pytest.skip("installed without compiled kernels")
    got = kernels.form("bias_gradient", name).run(x)
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    dx, db = jax.grad(
        lambda x, bias: jnp.sum(kernels.add_bias(x, bias) ** 2) / 2, (0, 1)
    )(x, bias)
    np.testing.assert_array_equal(dx, x + bias)
    expected = (x + bias).sum(tuple(range(x.ndim - 1)))
    np.testing.assert_allclose(db, expected, rtol=1e-5)
