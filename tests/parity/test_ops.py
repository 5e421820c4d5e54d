"""Array operations against pip's Keras on JAX: values, types, signatures."""

from __future__ import annotations

import importlib
import inspect

import jax.numpy as jnp
import numpy as np
import pytest

import saccade.ops as ops

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
A = RNG.uniform(0.3, 2, (4, 3)).astype("float32")
B = RNG.uniform(0.3, 2, (4, 3)).astype("float32")
I = RNG.integers(1, 9, (4, 3)).astype("int32")  # noqa: E741
U = RNG.integers(1, 9, (4, 3)).astype("uint8")
SQUARE = (A.T @ A + np.eye(3)).astype("float32")
MAPS = RNG.normal(size=(2, 6, 6, 4)).astype("float32")
HEADS = RNG.normal(size=(2, 4, 2, 3)).astype("float32")
BOOL = RNG.integers(0, 2, (4, 3)).astype("bool")
SPECTRUM = RNG.normal(size=(2, 6, 5)).astype("float32")
HALF = jnp.asarray(A, jnp.bfloat16)


def of(*parameters: str) -> list[str]:
    return sorted(
        name
        for name in ops.__all__
        if callable(getattr(ops, name))
        and tuple(inspect.signature(getattr(ops, name)).parameters) == parameters
    )


def agree(ours, theirs) -> None:
    if isinstance(theirs, (tuple, list)):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            agree(one, other)
        return
    assert np.shape(ours) == np.shape(theirs)
    assert getattr(ours, "dtype", None) == getattr(theirs, "dtype", None)
    np.testing.assert_allclose(
        np.asarray(ours, "float64"), np.asarray(theirs, "float64"), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("name", [name for name in of("x") if name != "dtype"])
@pytest.mark.parametrize("x", [A, I, HALF], ids=["f32", "i32", "bf16"])
def test_unary(name, x) -> None:
    try:
        theirs = getattr(keras.ops, name)(x)
    except (TypeError, ValueError, NotImplementedError):
        return  # Keras refuses this type or shape; ours may compute it
    agree(getattr(ops, name)(x), theirs)


@pytest.mark.parametrize("name", of("x1", "x2"))
@pytest.mark.parametrize(
    ("x", "y"),
    [(A, B), (U, I), (HALF, 2), (I, 2.5)],
    ids=["f32", "u8-i32", "bf16-int", "i32-float"],
)
def test_binary(name, x, y) -> None:
    if name in ("dot", "matmul"):
        y = np.asarray(y).T if np.ndim(y) else y
        if name == "matmul" and not np.ndim(y):
            return
    try:
        theirs = getattr(keras.ops, name)(x, y)
    except (TypeError, ValueError):
        return  # ints only
    agree(getattr(ops, name)(x, y), theirs)


@pytest.mark.parametrize("name", of("x", "axis", "keepdims"))
@pytest.mark.parametrize(
    ("x", "axis"),
    [(A, None), (A, 0), (A, (0, 1)), (I, -1), (HALF, 0)],
    ids=["f32", "f32-0", "f32-01", "i32", "bf16"],
)
def test_reduction(name, axis, x) -> None:
    if ("arg" in name and isinstance(axis, tuple)) or (name == "logsumexp" and x is I):
        return
    ours = getattr(ops, name)(x, axis=axis, keepdims=True)
    agree(ours, getattr(keras.ops, name)(x, axis=axis, keepdims=True))


CALLS = [
    ("append", (A, B, 0)),
    ("arange", (1, 7, 2)),
    ("argsort", (A, 0)),
    ("average", (A, 1, B[0])),
    ("broadcast_to", (A[:1], (4, 3))),
    ("clip", (A, 0.5, 1.0)),
    ("concatenate", ([A, I], 1)),
    ("count_nonzero", (I, 0)),
    ("cumsum", (A, 1)),
    ("diag", (A, 1)),
    ("einsum", ("ij,kj->ik", A, B)),
    ("expand_dims", (A, 1)),
    ("eye", (3, 4, 1)),
    ("flip", (A, 0)),
    ("full", ((2, 2), 3)),
    ("full_like", (I, 3)),
    ("hstack", ([A, B],)),
    ("in_top_k", (np.array([0, 2, 1, 1]), A, 2)),
    ("isclose", (A, A + 1e-6)),
    ("linspace", (0, 1, 5)),
    ("max", (A, 0, False, 1.0)),
    ("meshgrid", (A[0], B[:, 0])),
    ("moments", (A, [0])),
    ("moveaxis", (A, 0, 1)),
    ("nonzero", (BOOL,)),
    ("norm", (A, 2, 1)),
    ("norm", (I,)),
    ("normalize", (A, 0, 3)),
    ("one_hot", (I, 9)),
    ("pad", (A, ((1, 0), (0, 2)))),
    ("prod", (A, 0)),
    ("prod", (I, 0)),
    ("repeat", (A, 2, 0)),
    ("reshape", (A, (-1, 2))),
    ("roll", (A, 1, 0)),
    ("round", (A, 1)),
    ("round", (I * 7, -1)),
    ("sort", (A, 0)),
    ("split", (A, [1, 3], 0)),
    ("squeeze", (A[:1],)),
    ("stack", ([A, B], 1)),
    ("sum", (BOOL,)),
    ("swapaxes", (A, 0, 1)),
    ("take", (A, I[:2] % 3, 1)),
    ("take_along_axis", (A, I[:2] % 3, 0)),
    ("tensordot", (A, B, ([0], [0]))),
    ("tile", (A, (2, 1))),
    ("top_k", (A, 2)),
    ("transpose", (A, (1, 0))),
    ("unique", (I,)),
    ("vstack", ([A, B],)),
    ("where", (BOOL, A, I)),
    ("binary_crossentropy", (BOOL.astype("float32"), A / 3)),
    ("categorical_crossentropy", (B, A)),
    ("sparse_categorical_crossentropy", (I[:, 0] % 3, A, True)),
    ("batch_normalization", (A, A[0], B[0], -1, A[1], B[1])),
    ("adaptive_average_pool", (MAPS, 4)),
    ("adaptive_max_pool", (MAPS, (3, 4))),
    ("argpartition", (A[0], 0)),
    ("array_split", (A, 3)),
    ("bincount", (I[0], A[0], 12)),
    ("bitwise_and", (I, I + 1)),
    ("cdist", (A, B)),
    ("cholesky", (SQUARE,)),
    ("cholesky_inverse", (SQUARE, True)),
    ("corrcoef", (A,)),
    ("cross", (A, B)),
    ("ctc_decode", (MAPS[0], np.array([4, 6, 5, 6, 6, 6]))),
    ("ctc_loss", (I[:, :2] % 3 + 1, MAPS[0, :4], [2, 1, 2, 1], [6, 5, 4, 6])),
    ("cumprod", (A, 1)),
    ("depth_to_space", (MAPS, 2)),
    ("det", (SQUARE,)),
    ("diagonal", (A, 1)),
    ("diff", (A, 2)),
    ("digitize", (A, [0.5, 1.0])),
    ("dot_product_attention", (HEADS, HEADS[:, :3], HEADS[:, 1:])),
    ("dot_product_attention", (HEADS, HEADS, HEADS, None, None, 0.3, True)),
    ("eigh", (SQUARE,)),
    ("empty_like", (np.zeros(0, "int32"),)),
    ("extract_sequences", (A.T, 3, 1)),
    ("fft", ((A, B),)),
    ("fft2", ((A, B),)),
    ("fold", (MAPS.reshape(2, 8, 18)[:, :, :9], 4, 2)),
    ("hard_shrink", (A - 1, 0.4)),
    ("histogram", (A.ravel(), 4)),
    ("ifft2", ((A, B),)),
    ("inv", (SQUARE,)),
    ("irfft", ((A, B), 5)),
    ("isin", (I, [1, 2])),
    ("istft", ((SPECTRUM, SPECTRUM[::-1]), 6, 2, 8)),
    ("istft", ((SPECTRUM, SPECTRUM[::-1]), 8, 4, 9, 12, "hamming", False)),
    ("istft", ((SPECTRUM, SPECTRUM[::-1]), 8, 4, 8, None, None)),
    ("layer_normalization", (A, A[0], B[0])),
    ("logdet", (SQUARE,)),
    ("logspace", (0, 2, 3)),
    ("lstsq", (A, B[:, 0])),
    ("matrix_rank", (A,)),
    ("multi_hot", (I, 10)),
    ("nan_to_num", (np.array([np.nan, np.inf], "float32"), 1.0)),
    ("percentile", (A, 30, 1)),
    ("pinv", (A,)),
    ("psnr", (A, B, 2.0)),
    ("qr", (SQUARE,)),
    ("quantile", (I, [0.2, 0.5], 0)),
    ("rearrange", (MAPS, "b h w c -> b (h w) c")),
    ("rfft", (A, 4)),
    ("rms_normalization", (A, A[0])),
    ("rot90", (A, 3)),
    ("saturate_cast", (A * 300 - 200, "uint8")),
    ("saturate_cast", (I - 5, "uint8")),
    ("scatter", (I[:, :1] % 3, A, (3, 3))),
    ("scatter_update", (A, I[:, :2] % 3, B[:, 0])),
    ("scatter_update", (A, I[:, :1] % 3, B, "max")),
    ("searchsorted", (np.sort(A[0]), B[0])),
    ("segment_max", (A, np.array([0, 0, 1, 1]), 2)),
    ("segment_sum", (A, np.array([1, 0, 1, 2]), 4)),
    ("select", ([BOOL, ~BOOL], [A, I], 0)),
    ("slice", (A, [1, 0], [2, 2])),
    ("slice_update", (A, [1, 0], B[:2, :2])),
    ("slogdet", (SQUARE,)),
    ("soft_shrink", (A - 1, 0.4)),
    ("solve", (SQUARE, B[0])),
    ("solve_triangular", (SQUARE, B[:3], True)),
    ("space_to_depth", (MAPS, 3)),
    ("squareplus", (A, 2)),
    ("stft", (MAPS.reshape(2, -1)[:, :40], 6, 5, 9)),
    ("stft", (MAPS.ravel()[:40], 4, 3, 8, A.ravel()[:4], False)),
    ("svd", (SQUARE, True, False)),
    ("threshold", (A, 1.0, 0.0)),
    ("trace", (A, 1)),
    ("tri", (3, 4, 1)),
    ("tril", (A, -1)),
    ("triu", (A, 1)),
    ("unfold", (MAPS, 2, 1, 1, 2)),
    ("unravel_index", (I, (4, 3))),
    ("unstack", (A, None, 1)),
    ("vander", (A[0], 3)),
    ("view", (A, "int32")),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=lambda a: str(a)[:20])
def test_call(name, arguments) -> None:
    agree(getattr(ops, name)(*arguments), getattr(keras.ops, name)(*arguments))


def parameters(function) -> list[tuple[str, object]]:
    return [
        (p.name, p.default)
        for p in inspect.signature(function).parameters.values()
        if p.kind is not p.VAR_KEYWORD
    ]


@pytest.mark.parametrize(
    "module", ["ops", "ops.nn", "ops.numpy", "ops.linalg", "random"]
)
def test_signatures(module: str) -> None:
    ours = importlib.import_module(f"saccade.{module}")
    theirs = importlib.import_module(f"keras.{module}")
    for name in ours.__all__:
        one, other = getattr(ours, name), getattr(theirs, name)
        if inspect.isfunction(one):
            assert parameters(one) == parameters(other), name
