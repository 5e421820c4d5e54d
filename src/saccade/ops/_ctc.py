"""CTC: the probability of label sequences without alignment, and reading them off."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from saccade.core._errors import ConfigError, ShapeError, message

# Stands for log(0); finite, so that gradients are.
_LOG_ZERO = -1e5


def ctc_loss(
    target: ArrayLike,
    output: ArrayLike,
    target_length: ArrayLike,
    output_length: ArrayLike,
    mask_index: int = 0,
) -> jax.Array:
    """Returns -log of the probability that the frames spell the labels.

    Summed over all alignments by the forward recursion over the labels with a blank
    before, between and after them.

    Args:
        target: label numbers.
        output: logits of every frame.
        target_length: how many labels of each row count.
        output_length: how many frames of each row count.
        mask_index: the number of the blank.

    Shapes:
        target: (b, labels) int; output: (b, frames, k); lengths: (b,) -> (b,)

    Raises:
        ShapeError: other ranks.

    Example:
        >>> round(float(ctc_loss([[1]], jnp.zeros((1, 1, 2)), [1], [1])[0]), 4)
        0.6931

    Reference: Graves et al., "Connectionist Temporal Classification", 2006.
    """
    labels = jnp.asarray(target).astype("int32")
    logits = jnp.asarray(output)
    if labels.ndim != 2 or logits.ndim != 3:
        raise ShapeError(
            message(
                "ctc",
                "expected labels (b, labels) and logits (b, frames, classes), got "
                f"{labels.shape} and {logits.shape}",
            )
        )
    count = jnp.asarray(target_length, "int32")
    frames = jnp.asarray(output_length, "int32")
    # The labels with blanks around each: state 2i + 1 is label i.
    states = jnp.full((labels.shape[0], 2 * labels.shape[1] + 1), mask_index, "int32")
    states = states.at[:, 1::2].set(labels)
    # A blank may be skipped between two different labels.
    skips = (
        jnp.zeros(states.shape, bool).at[:, 3::2].set(labels[:, 1:] != labels[:, :-1])
    )
    log_p = jax.nn.log_softmax(logits, axis=-1)
    emit = jnp.take_along_axis(log_p, states[:, None, :], axis=2)
    position = jnp.arange(states.shape[1])
    start = jnp.where(position < 2, emit[:, 0], _LOG_ZERO)

    def step(
        alpha: jax.Array, frame: tuple[jax.Array, jax.Array]
    ) -> tuple[jax.Array, None]:
        emitted, number = frame
        one = _shifted(alpha, 1)
        two = jnp.where(skips, _shifted(alpha, 2), _LOG_ZERO)
        new = jnp.logaddexp(jnp.logaddexp(alpha, one), two) + emitted
        return jnp.where((number < frames)[:, None], new, alpha), None

    rest = (jnp.swapaxes(emit[:, 1:], 0, 1), jnp.arange(1, emit.shape[1]))
    alpha, _ = jax.lax.scan(step, start, rest)
    last_blank = jnp.take_along_axis(alpha, 2 * count[:, None], axis=1)[:, 0]
    last_label = jnp.take_along_axis(
        alpha, jnp.maximum(2 * count - 1, 0)[:, None], axis=1
    )[:, 0]
    last_label = jnp.where(count > 0, last_label, _LOG_ZERO)
    return -jnp.logaddexp(last_blank, last_label)


def _shifted(alpha: jax.Array, by: int) -> jax.Array:
    return jnp.pad(alpha, ((0, 0), (by, 0)), constant_values=_LOG_ZERO)[:, :-by]


def ctc_decode(
    inputs: ArrayLike,
    sequence_lengths: ArrayLike,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[jax.Array, jax.Array]:
    """Reads the most probable label sequences off the scores of frames.

    Args:
        inputs: logits of every frame.
        sequence_lengths: how many frames of each row count.
        strategy: 'greedy' takes the best label of each frame, 'beam_search' keeps
            the best `beam_width` sequences.
        beam_width: how many sequences are kept.
        top_paths: how many are returned; 1 with 'greedy'.
        merge_repeated: whether 'greedy' takes equal neighbours for one label.
        mask_index: the number of the blank.

    Shapes:
        inputs: (b, frames, k); sequence_lengths: (b,) -> labels (paths, b, frames),
        filled up with -1, and scores (b, paths): with 'greedy' minus the sum of the
        best logits, with 'beam_search' the log of the probability.

    Raises:
        ConfigError: another strategy.

    Differs from Keras: beam search runs on the host, not inside compiled code, and
        rounds otherwise.

    Example:
        >>> labels, _ = ctc_decode([[[0.0, 5.0], [5.0, 0.0]]], [2])
        >>> labels.tolist()
        [[[1, -1]]]
    """
    if strategy not in ("greedy", "beam_search"):
        raise ConfigError(
            message(
                "ops.ctc_decode",
                f"Invalid strategy {strategy!r}: it must be 'greedy' or 'beam_search'",
            )
        )
    logits = jnp.asarray(inputs)
    if not jnp.issubdtype(logits.dtype, jnp.floating):
        logits = logits.astype("float32")
    lengths = jnp.asarray(sequence_lengths, "int32")
    if strategy == "greedy":
        return _greedy(logits, lengths, merge_repeated, mask_index)
    return _beam_search(logits, lengths, beam_width, top_paths, mask_index)


def _greedy(
    logits: jax.Array, lengths: jax.Array, merge: bool, blank: int
) -> tuple[jax.Array, jax.Array]:
    best = jnp.argmax(logits, axis=-1).astype("int32")
    score = jnp.max(logits, axis=-1)
    frame = jnp.arange(logits.shape[1])
    real = frame < lengths[:, None]
    keep = real & (best != blank)
    if merge:
        before = jnp.pad(best[:, :-1], ((0, 0), (1, 0)), constant_values=-1)
        keep &= best != before
    # Kept labels move to the front, in their order.
    order = jnp.argsort(~keep, axis=1, stable=True)
    labels = jnp.take_along_axis(jnp.where(keep, best, -1), order, axis=1)
    total = -jnp.sum(jnp.where(real, score, 0), axis=1, keepdims=True)
    return labels[None], total


def _beam_search(
    logits: jax.Array, lengths: jax.Array, width: int, paths: int, blank: int
) -> tuple[jax.Array, jax.Array]:
    log_p = np.asarray(jax.nn.log_softmax(logits, axis=-1), "float64")
    b, frames, _ = log_p.shape
    labels = np.full((paths, b, frames), -1, "int32")
    scores = np.full((b, paths), -np.inf, "float32")
    for row, length in enumerate(np.asarray(lengths)):
        found = _search_row(log_p[row, :length], width, blank)
        for path, (sequence, score) in enumerate(found[:paths]):
            labels[path, row, : len(sequence)] = sequence
            scores[row, path] = score
    return jnp.asarray(labels), jnp.asarray(scores)


def _search_row(
    log_p: np.ndarray, width: int, blank: int
) -> list[tuple[tuple[int, ...], float]]:
    """Prefix beam search: for each prefix, log p of ending in a blank or a label."""
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -np.inf)}
    for frame in log_p:
        new: dict[tuple[int, ...], tuple[float, float]] = {}
        for prefix, (in_blank, in_label) in beams.items():
            both = float(np.logaddexp(in_blank, in_label))
            _more(new, prefix, 0, both + frame[blank])
            for label, score in enumerate(frame):
                if label == blank:
                    continue
                if prefix and prefix[-1] == label:
                    _more(new, prefix, 1, in_label + score)
                    _more(new, (*prefix, label), 1, in_blank + score)
                else:
                    _more(new, (*prefix, label), 1, both + score)
        ranked = sorted(new.items(), key=lambda item: -np.logaddexp(*item[1]))
        beams = dict(ranked[:width])
    totals = [(prefix, float(np.logaddexp(*both))) for prefix, both in beams.items()]
    return sorted(totals, key=lambda item: -item[1])


def _more(
    beams: dict[tuple[int, ...], tuple[float, float]],
    prefix: tuple[int, ...],
    ending: int,
    score: float,
) -> None:
    both = list(beams.get(prefix, (-np.inf, -np.inf)))
    both[ending] = float(np.logaddexp(both[ending], score))
    beams[prefix] = (both[0], both[1])
