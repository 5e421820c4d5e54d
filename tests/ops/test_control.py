"""Loops, branches, own gradients: eager, compiled, with variables."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import saccade.ops as ops
from saccade.core._variable import Variable


def test_cond_calls_one_branch_only_where_the_answer_is_known() -> None:
    calls = []

    def branch(number):
        calls.append(number)
        return jnp.asarray(float(number))

    assert float(ops.cond(np.bool_(True), lambda: branch(1), lambda: branch(2))) == 1
    assert calls == [1]
    run = jax.jit(lambda p: ops.cond(p, lambda: branch(1), lambda: branch(2)))
    assert [float(run(True)), float(run(False))] == [1.0, 2.0]


def test_cond_takes_variables_as_condition_and_result() -> None:
    yes, kept = Variable(np.array(True)), Variable(np.ones(2))
    result = ops.cond(yes, lambda: kept.value, lambda: jnp.zeros(2))
    np.testing.assert_array_equal(result, [1, 1])
    run = jax.jit(lambda p: ops.cond(p, lambda: kept, lambda: jnp.zeros(2)))
    np.testing.assert_array_equal(run(False), [0, 0])


@pytest.mark.parametrize("kind", [tuple, list])
def test_while_loop_keeps_the_structure_and_the_bound(kind) -> None:
    result = ops.while_loop(
        lambda i, total: i < 10,
        lambda i, total: kind([i + 1, total + i]),
        kind([0, 0]),
        maximum_iterations=4,
    )
    assert isinstance(result, kind)
    assert [int(part) for part in result] == [4, 6]


def test_scan_says_what_is_missing() -> None:
    with pytest.raises(TypeError, match="`f` should be a callable, got 3"):
        ops.scan(3, 0, jnp.arange(2))
    with pytest.raises(ValueError, match="nothing to scan over and no `length`"):
        ops.scan(lambda c, x: (c, x), 0)


def test_own_gradients_take_variables() -> None:
    @ops.custom_gradient
    def tripled(x):
        return x * 1.0, lambda upstream: 3.0 * upstream

    assert float(tripled(Variable(np.array(2.0)))) == 2.0
    assert float(jax.grad(tripled)(2.0)) == 3.0


def test_gradients_of_distances_are_finite_at_zero() -> None:
    gradient = jax.grad(lambda x: ops.cdist(x, x).sum())(jnp.ones((2, 3)))
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: ops.cholesky([[-1.0]]), "not positive definite"),
        (lambda: ops.inv([[1.0, 2.0]]), r"square matrices .* got \(1, 2\)"),
        (
            lambda: ops.qr([[1.0]], mode="r"),
            "'r'. Expected one of {'reduced', 'complete'}",
        ),
        (lambda: ops.cdist(jnp.ones((2, 3)), jnp.ones((2, 4))), "rows of one length"),
        (lambda: ops.depth_to_space(jnp.ones((1, 2, 2, 4)), 1), "at least 2, got 1"),
        (lambda: ops.extract_sequences([1.0, 2.0], 3, 1), "a piece of 3 numbers"),
        (lambda: ops.fold(jnp.ones((1, 5, 4)), 4, 2, stride=2), "5 numbers of a col"),
        (lambda: ops.fold(jnp.ones((5, 4)), 4, 2, stride=2), "expected 3D columns"),
        (lambda: ops.histogram([1.0], bins=-1), "non-negative integer, got -1"),
        (lambda: ops.histogram([1.0], range=(1,)), "two elements"),
        (lambda: ops.histogram([1.0], range=(3, 1)), "greater than the first"),
        (lambda: ops.histogram([[1.0]]), r"1-dimensional, got shape \(1, 1\)"),
        (lambda: ops.istft(([1.0], [1.0]), 2, 1, 2), "rank >= 2"),
        (lambda: ops.reshape(jnp.ones(6), (-2, 3)), r"or -1, got newshape=\(-2, 3\)"),
        (lambda: ops.reshape(jnp.ones(6), (-1, -1)), "at most one unknown"),
        (lambda: ops.reshape(jnp.ones(6), (4, -1)), "elements .* do not fit"),
        (lambda: ops.reshape(jnp.ones(6), (4, 2)), "elements .* do not fit"),
        (lambda: ops.segment_sum([1], [[0]]), "an 1-D vector"),
        (
            lambda: jax.jit(ops.segment_sum)(jnp.ones(2), jnp.zeros(2, int)),
            "`num_segments` must be set in compiled code",
        ),
        (lambda: ops.stft([1.0] * 4, 4, 1, 2), "`fft_length` must equal or exceed"),
        (lambda: ops.stft([1.0] * 4, 2, 0, 4), "must be a positive integer, got 0"),
        (lambda: ops.stft([1.0] * 4, 2, 1, 4, "flat"), "'hann' or 'hamming'"),
        (lambda: ops.stft([1.0] * 4, 2, 1, 4, [1.0]), r"must be equal to \(2,\)"),
        (lambda: ops.scan(jnp.add, 0, jnp.ones(2), unroll=-1), "`unroll` must be"),
        (lambda: ops.fft([1.0, 2.0, 3.0]), "pair"),
        (lambda: ops.rearrange(jnp.ones((2, 3)), "a b -> a c"), "different axes"),
        (lambda: ops.rearrange(jnp.ones((2, 3)), "a (b c) -> a b c", b=2), "make up"),
        (lambda: ops.depth_to_space(jnp.ones((1, 2, 2, 3)), 2), "3 channels"),
        (lambda: ops.space_to_depth(jnp.ones((1, 3, 2, 3)), 2), "multiples of 2"),
        (lambda: ops.psnr([1.0], [1.0, 2.0], 1.0), "must be equal"),
        (lambda: ops.multi_hot([1]), "`num_classes` is missing"),
        (lambda: ops.ctc_decode([[[1.0]]], [1], strategy="best"), "strategy"),
        (lambda: ops.dot_product_attention([1.0], [1.0], [1.0]), "heads"),
        (lambda: ops.scatter_update([1.0], [[0]], [1.0], "mean"), "reduction"),
    ],
)
def test_wrong_arguments(call, text) -> None:
    with pytest.raises(ValueError, match=text):
        call()


def test_beam_search_adds_up_alignments() -> None:
    # Frames: blank .6, a .4 twice. Greedy reads nothing (.36); 'a' has .64.
    logits = np.log(np.array([[[0.6, 0.4], [0.6, 0.4]]]))
    labels, scores = ops.ctc_decode(logits, [2], "beam_search", top_paths=2)
    assert labels.tolist() == [[[0, -1]], [[-1, -1]]] or labels[0, 0, 0] == 1
    np.testing.assert_allclose(np.exp(scores[0]), [0.64, 0.36], rtol=1e-5)


def test_sparsemax_gives_probabilities_with_zeros() -> None:
    result = ops.sparsemax([[1.0, 1.2, -3.0], [0.0, 0.0, 9.0]])
    np.testing.assert_allclose(result, [[0.4, 0.6, 0], [0, 0, 1]], atol=1e-6)


def test_bincount_counts_rows() -> None:
    assert ops.bincount([[0, 1], [2, 2]]).tolist() == [[1, 1, 0], [0, 0, 2]]
