"""Losses element by element, CTC, and running means, as in Keras 2's backend."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from saccade import ops
from saccade.core import _settings
from saccade.core._variable import Variable


def batch_normalization(
    x: ArrayLike,
    mean: ArrayLike,
    var: ArrayLike,
    beta: ArrayLike | None,
    gamma: ArrayLike | None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> jax.Array:
    """Shifts and scales by a given mean and variance.

    Args:
        x: values.
        mean: the mean, of the shape of an axis or with all axes.
        var: the variance.
        beta: added to the result; None for 0.
        gamma: factor on it; None for 1.
        axis: the axis that the vectors belong to.
        epsilon: added to the variance.

    Example:
        >>> batch_normalization([[3.0]], [1.0], [4.0], [0.0], [1.0], epsilon=0.0)
        Array([[1.]], dtype=float32)
    """
    array = jnp.asarray(x)

    def along(part: ArrayLike) -> jax.Array:
        values = jnp.asarray(part, array.dtype)
        if values.ndim != 1 or axis in (-1, array.ndim - 1):
            return values
        shape = [1] * array.ndim
        shape[axis] = -1
        return values.reshape(shape)

    result = (array - along(mean)) * jax.lax.rsqrt(along(var) + epsilon)
    if gamma is not None:
        result = result * along(gamma)
    return result if beta is None else result + along(beta)


def sparse_categorical_crossentropy(
    target: ArrayLike,
    output: ArrayLike,
    from_logits: bool = False,
    axis: int = -1,
    ignore_class: int | None = None,
) -> jax.Array:
    """Cross-entropy with class numbers.

    Args:
        target: class numbers, with or without a last axis of length 1.
        output: probabilities, or scores if `from_logits`.
        from_logits: whether `output` are scores before the softmax.
        axis: the axis of the classes.
        ignore_class: rows of this class give 0; None for none.

    Example:
        >>> round(float(sparse_categorical_crossentropy([0], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    labels = jnp.asarray(target).astype("int32")
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(labels, output, from_logits, axis)
    valid = labels != ignore_class
    losses = ops.sparse_categorical_crossentropy(
        jnp.where(valid, labels, 0), output, from_logits, axis
    )
    return jnp.where(valid.reshape(losses.shape), losses, 0.0)


def binary_focal_crossentropy(
    target: ArrayLike,
    output: ArrayLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
) -> jax.Array:
    """Binary cross-entropy that counts what is nearly right less.

    Args:
        target: 0 or 1.
        output: probabilities, or scores if `from_logits`.
        apply_class_balancing: whether to weigh ones by alpha and zeros by 1 - alpha.
        alpha: see above.
        gamma: how much less; 0 for plain cross-entropy.
        from_logits: whether `output` are scores before the sigmoid.

    Example:
        >>> round(float(binary_focal_crossentropy([1.0], [0.5])[0]), 4)
        0.1733
    """
    true, scores = jnp.asarray(target), jnp.asarray(output)
    chance = jax.nn.sigmoid(scores) if from_logits else scores
    right = true * chance + (1 - true) * (1 - chance)
    losses = (1 - right) ** gamma * ops.binary_crossentropy(true, scores, from_logits)
    if not apply_class_balancing:
        return losses
    return (true * alpha + (1 - true) * (1 - alpha)) * losses


def categorical_focal_crossentropy(
    target: ArrayLike,
    output: ArrayLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    axis: int = -1,
) -> jax.Array:
    """Cross-entropy over classes that counts what is nearly right less.

    Args:
        target: vectors with a 1 for the class.
        output: probabilities, or scores if `from_logits`.
        alpha: factor on the result.
        gamma: how much less; 0 for plain cross-entropy.
        from_logits: whether `output` are scores before the softmax.
        axis: the axis of the classes.

    Example:
        >>> loss = categorical_focal_crossentropy([[1.0, 0.0]], [[0.5, 0.5]])
        >>> round(float(loss[0]), 4)
        0.0433
    """
    true, scores = jnp.asarray(target), jnp.asarray(output)
    chance = jax.nn.softmax(scores, axis) if from_logits else scores
    chance = chance / chance.sum(axis, keepdims=True)
    least = _settings.epsilon()
    chance = jnp.clip(chance, least, 1 - least)
    losses = -true * jnp.log(chance) * alpha * (1 - chance) ** gamma
    return losses.sum(axis)


def moving_average_update(
    x: Variable, value: ArrayLike, momentum: ArrayLike
) -> jax.Array:
    """Moves a variable towards a value and returns it.

    Args:
        x: the variable.
        value: what to move towards.
        momentum: the share of the old value that stays.

    Example:
        >>> float(moving_average_update(Variable(1.0), 3.0, 0.5))
        2.0
    """
    return x.assign_sub((x.value - jnp.asarray(value)) * (1 - jnp.asarray(momentum)))


def ctc_batch_cost(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    input_length: ArrayLike,
    label_length: ArrayLike,
) -> jax.Array:
    """The loss of frames that spell labels, the blank being the last class.

    Args:
        y_true: labels (b, labels).
        y_pred: probabilities of every frame (b, frames, k).
        input_length: how many frames of each row count (b, 1).
        label_length: how many labels of each row count (b, 1).

    Example:
        >>> ctc_batch_cost([[0]], jnp.full((1, 1, 2), 0.5), [[1]], [[1]]).round(4)
        Array([[0.6931]], dtype=float32)
    """
    chances = jnp.asarray(y_pred)
    losses = ops.ctc_loss(
        y_true,
        jnp.log(chances + _settings.epsilon()),
        jnp.asarray(label_length).reshape(-1),
        jnp.asarray(input_length).reshape(-1),
        chances.shape[-1] - 1,
    )
    return losses[:, None]


def ctc_decode(
    y_pred: ArrayLike,
    input_length: ArrayLike,
    greedy: bool = True,
    beam_width: int = 100,
    top_paths: int = 1,
) -> tuple[list[jax.Array], jax.Array]:
    """Reads labels off the probabilities of frames, the blank being the last class.

    Args:
        y_pred: probabilities of every frame (b, frames, k).
        input_length: how many frames of each row count (b,).
        greedy: whether to take the best label of each frame.
        beam_width: how many beginnings the search keeps.
        top_paths: how many results the search gives.

    Shapes:
        -> a list of labels (b, frames), filled up with -1; scores (b, paths)

    Example:
        >>> labels, _ = ctc_decode([[[0.9, 0.0, 0.1], [0.1, 0.8, 0.1]]], [2])
        >>> labels[0].tolist()
        [[0, 1]]
    """
    chances = jnp.asarray(y_pred)
    paths, scores = ops.ctc_decode(
        jnp.log(chances + _settings.epsilon()),
        input_length,
        "greedy" if greedy else "beam_search",
        beam_width,
        top_paths,
        True,
        chances.shape[-1] - 1,
    )
    return list(paths), scores
