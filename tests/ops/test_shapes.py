"""Shape arithmetic against the shapes that JAX computes."""

from __future__ import annotations

import hypothesis
import jax
import jax.numpy as jnp
import pytest
from hypothesis import strategies as st

from saccade.core._errors import ShapeError
from saccade.ops import _shapes


@hypothesis.given(
    st.integers(1, 30),
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(["valid", "same"]),
)
@hypothesis.settings(deadline=None)
def test_windows_agree_with_jax(n: int, k: int, s: int, d: int, padding: str) -> None:
    hypothesis.assume(padding == "same" or n >= _shapes.reach(k, d))
    out = jax.eval_shape(
        lambda x, w: jax.lax.conv_general_dilated(
            x, w, (s,), padding.upper(), rhs_dilation=(d,)
        ),
        jax.ShapeDtypeStruct((1, 1, n), jnp.float32),
        jax.ShapeDtypeStruct((1, 1, k), jnp.float32),
    )
    assert _shapes.window_count(n, k, s, padding, d) == out.shape[2]
    expected = jax.lax.padtype_to_pads(
        (n,), (_shapes.reach(k, d),), (s,), padding.upper()
    )
    assert _shapes.window_padding(n, k, s, padding, d) == tuple(expected[0])


def test_unknown_axes_stay_unknown() -> None:
    assert _shapes.windowed_shape(
        (None, None, 8, 3), (3, 3), (2, 2), "valid", "channels_last", "Conv2D",
        channels=5,
    ) == (None, None, 3, 5)  # fmt: skip
    assert _shapes.transposed_shape(
        (None, 4, None, 8), (3, 3), (2, 2), "same", "channels_first", "T", channels=2
    ) == (None, 2, None, 16)


def test_causal_padding_is_all_before() -> None:
    assert _shapes.window_padding(10, 3, 1, "causal", 2) == (4, 0)
    assert _shapes.window_count(10, 3, 2, "causal", 2) == 5


def test_the_layer_is_named_in_the_error() -> None:
    with pytest.raises(ShapeError, match=r"^Conv2D 'stem': a window of 5"):
        _shapes.windowed_shape(
            (None, 4, 4, 3), (3, 3), (1, 1), "valid", "channels_last", "Conv2D 'stem'",
            dilation=(2, 2),
        )  # fmt: skip
