"""Update rules of the optimizers as pure functions of arrays.

A rule takes a weight, its gradient and its slots (the running averages kept for it)
and returns the new weight and the new slots. Numbers that are the same for all
weights of a step (rates, bias corrections) are computed once, outside. Nothing here
knows variables, schedules or Keras.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

Slots = dict[str, jax.Array]
Updated = tuple[jax.Array, Slots]
Number = jax.Array | float


def sgd(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    momentum: Number,
    nesterov: bool,
) -> Updated:
    """Gradient descent, with momentum if there is a slot for it.

    m' = momentum m - rate g; w' = w + m', or w + momentum m' - rate g (Nesterov).

    Example:
        >>> w, _ = sgd(jnp.ones(1), jnp.ones(1), {}, rate=0.1, momentum=0.0,
        ...            nesterov=False)
        >>> float(w[0])
        0.8999999761581421

    Reference: Sutskever et al., "On the importance of initialization and momentum in
    deep learning", 2013, https://proceedings.mlr.press/v28/sutskever13.html
    """
    step = rate * g
    if "momentum" not in slots:
        return w - step, {}
    m = momentum * slots["momentum"] - step
    return w + (momentum * m - step if nesterov else m), {"momentum": m}


def rmsprop(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    rho: float,
    momentum: float,
    epsilon: float,
) -> Updated:
    """Divides the gradient by a running root mean square of itself.

    With a slot `average_gradient` the variance is used instead of the mean square;
    with a slot `momentum` the steps are accumulated.

    Example:
        >>> s = {"velocity": jnp.zeros(1)}
        >>> w, s = rmsprop(jnp.ones(1), jnp.ones(1), s, rate=0.1, rho=0.75,
        ...                momentum=0.0, epsilon=0.0)
        >>> round(float(w[0]), 4), float(s["velocity"][0])
        (0.8, 0.25)

    Reference: Hinton, "Neural networks for machine learning", lecture 6e, 2012,
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
    """
    v = rho * slots["velocity"] + (1 - rho) * g * g
    new = {"velocity": v}
    if "average_gradient" in slots:
        mean = rho * slots["average_gradient"] + (1 - rho) * g
        new["average_gradient"] = mean
        v = v - mean * mean
    step = rate * g / jnp.sqrt(v + epsilon)
    if "momentum" in slots:
        step = new["momentum"] = momentum * slots["momentum"] + step
    return w - step, new


def bias_correction(beta: float, step: jax.Array) -> jax.Array:
    """Returns 1 - beta^step, what a mean that starts at zero is divided by.

    Args:
        beta: decay of the mean.
        step: number of this step, from 1, float ().

    Example:
        >>> float(bias_correction(0.5, jnp.float32(2)))
        0.75
    """
    return 1 - jnp.power(jnp.float32(beta), step)


def bias_corrected_rate(
    rate: Number, step: jax.Array, beta_1: float, beta_2: float
) -> jax.Array:
    """Returns Adam's rate with both bias corrections, once per step.

    Args:
        rate: the learning rate.
        step: number of this step, from 1, float ().
        beta_1: decay of the running mean of gradients.
        beta_2: decay of the running mean of their squares.

    Example:
        >>> float(bias_corrected_rate(1.0, jnp.float32(1), 0.5, 0.75))
        1.0
    """
    root = jnp.sqrt(bias_correction(beta_2, step))
    return rate * root / bias_correction(beta_1, step)


def adam(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Updated:
    """Steps by the running mean of gradients over the root of that of their squares.

    `rate` is already bias corrected; with a slot `velocity_hat` the largest mean
    square so far is used (AMSGrad).

    Example:
        >>> s = {"momentum": jnp.zeros(1), "velocity": jnp.zeros(1)}
        >>> w, s = adam(jnp.ones(1), jnp.ones(1), s, rate=0.1, beta_1=0.5,
        ...             beta_2=0.75, epsilon=0.0)
        >>> round(float(w[0]), 4)
        0.9

    Reference: Kingma and Ba, "Adam", 2014, https://arxiv.org/abs/1412.6980; Reddi et
    al., "On the convergence of Adam and beyond", 2018,
    https://openreview.net/forum?id=ryQu7f-RZ
    """
    m = slots["momentum"] + (g - slots["momentum"]) * (1 - beta_1)
    v = slots["velocity"] + (g * g - slots["velocity"]) * (1 - beta_2)
    new = {"momentum": m, "velocity": v}
    if "velocity_hat" in slots:
        v = new["velocity_hat"] = jnp.maximum(slots["velocity_hat"], v)
    return w - rate * m / (jnp.sqrt(v) + epsilon), new


def nadam(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    momentum_rate: Number,
    gradient_rate: Number,
    correction: Number,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Updated:
    """Adam that looks one step ahead, as Nesterov's momentum does.

    Args:
        w: the weight.
        g: its gradient.
        slots: `momentum` and `velocity`.
        momentum_rate: learning rate for the mean of gradients, bias corrected.
        gradient_rate: learning rate for the gradient itself, bias corrected.
        correction: bias correction of `velocity`.
        beta_1: decay of the mean of gradients.
        beta_2: decay of the mean of squares.
        epsilon: keeps the division finite.

    Example:
        >>> s = {"momentum": jnp.zeros(1), "velocity": jnp.zeros(1)}
        >>> w, s = nadam(jnp.ones(1), jnp.ones(1), s, momentum_rate=0.1,
        ...              gradient_rate=0.1, correction=0.25, beta_1=0.5,
        ...              beta_2=0.75, epsilon=0.0)
        >>> round(float(w[0]), 4)
        0.85

    Reference: Dozat, "Incorporating Nesterov momentum into Adam", 2016,
    https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ
    """
    m = slots["momentum"] + (g - slots["momentum"]) * (1 - beta_1)
    v = slots["velocity"] + (g * g - slots["velocity"]) * (1 - beta_2)
    step = momentum_rate * m + gradient_rate * g
    new = {"momentum": m, "velocity": v}
    return w - step / (jnp.sqrt(v / correction) + epsilon), new


def adamax(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Updated:
    """Adam with the largest recent gradient in place of the root mean square.

    Example:
        >>> s = {"momentum": jnp.zeros(1), "norm": jnp.zeros(1)}
        >>> w, s = adamax(jnp.ones(1), jnp.ones(1), s, rate=0.1, beta_1=0.5,
        ...               beta_2=0.75, epsilon=0.0)
        >>> round(float(w[0]), 4)
        0.95

    Reference: Kingma and Ba, "Adam", section 7, 2014,
    https://arxiv.org/abs/1412.6980
    """
    m = slots["momentum"] + (g - slots["momentum"]) * (1 - beta_1)
    u = jnp.maximum(beta_2 * slots["norm"], jnp.abs(g))
    return w - rate * m / (u + epsilon), {"momentum": m, "norm": u}


def adagrad(
    w: jax.Array, g: jax.Array, slots: Slots, *, rate: Number, epsilon: float
) -> Updated:
    """Divides the gradient by the root of the sum of all its squares so far.

    Example:
        >>> w, s = adagrad(jnp.ones(1), jnp.ones(1), {"accumulator": jnp.zeros(1)},
        ...                rate=0.5, epsilon=0.0)
        >>> float(w[0])
        0.5

    Reference: Duchi et al., "Adaptive subgradient methods", 2011,
    https://jmlr.org/papers/v12/duchi11a.html
    """
    total = slots["accumulator"] + g * g
    return w - rate * g / jnp.sqrt(total + epsilon), {"accumulator": total}


def adadelta(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    rho: float,
    epsilon: float,
) -> Updated:
    """Scales the gradient by the ratio of the sizes of past steps and gradients.

    Example:
        >>> s = {"accumulated_grad": jnp.zeros(1),
        ...      "accumulated_delta_var": jnp.ones(1)}
        >>> w, s = adadelta(jnp.ones(1), jnp.ones(1), s, rate=0.5, rho=0.75,
        ...                 epsilon=0.0)
        >>> float(w[0])
        0.0

    Reference: Zeiler, "ADADELTA", 2012, https://arxiv.org/abs/1212.5701
    """
    squares = rho * slots["accumulated_grad"] + (1 - rho) * g * g
    steps = slots["accumulated_delta_var"]
    step = g * jnp.sqrt(steps + epsilon) / jnp.sqrt(squares + epsilon)
    steps = rho * steps + (1 - rho) * step * step
    new = {"accumulated_grad": squares, "accumulated_delta_var": steps}
    return w - rate * step, new


def lion(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    beta_1: float,
    beta_2: float,
) -> Updated:
    """Steps by the sign of a mix of momentum and gradient.

    Example:
        >>> w, _ = lion(jnp.ones(1), jnp.ones(1), {"momentum": jnp.zeros(1)},
        ...             rate=0.5, beta_1=0.9, beta_2=0.99)
        >>> float(w[0])
        0.5

    Reference: Chen et al., "Symbolic discovery of optimization algorithms", 2023,
    https://arxiv.org/abs/2302.06675
    """
    m = slots["momentum"]
    sign = jnp.sign(beta_1 * m + (1 - beta_1) * g)
    return w - rate * sign, {"momentum": beta_2 * m + (1 - beta_2) * g}


def lamb(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    momentum_correction: Number,
    velocity_correction: Number,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Updated:
    """Adam whose step is as long as the weight itself, times the rate.

    Example:
        >>> s = {"momentum": jnp.zeros(1), "velocity": jnp.zeros(1)}
        >>> w, s = lamb(jnp.full(1, 2.0), jnp.ones(1), s, rate=0.5,
        ...             momentum_correction=0.5, velocity_correction=0.25,
        ...             beta_1=0.5, beta_2=0.75, epsilon=0.0)
        >>> float(w[0])
        1.0

    Reference: You et al., "Large batch optimization for deep learning", 2019,
    https://arxiv.org/abs/1904.00962
    """
    m = slots["momentum"] + (g - slots["momentum"]) * (1 - beta_1)
    v = slots["velocity"] + (g * g - slots["velocity"]) * (1 - beta_2)
    step = (m / momentum_correction) / (jnp.sqrt(v / velocity_correction) + epsilon)
    weight_norm = jnp.sqrt(jnp.sum(w * w))
    step_norm = jnp.sqrt(jnp.sum(step * step))
    usable = (weight_norm > 0) & (step_norm > 0)
    ratio = jnp.where(usable, weight_norm / jnp.where(usable, step_norm, 1), 1)
    return w - ratio * rate * step, {"momentum": m, "velocity": v}


def ftrl(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    power: float,
    l1: float,
    l2: float,
    l2_shrinkage: float,
    beta: float,
) -> Updated:
    """Follows the regularized leader; strong `l1` makes weights exactly zero.

    Example:
        >>> s = {"accumulator": jnp.ones(1), "linear": jnp.zeros(1)}
        >>> w, s = ftrl(jnp.zeros(1), jnp.zeros(1), s, rate=0.5, power=-0.5, l1=0.0,
        ...             l2=0.0, l2_shrinkage=0.0, beta=0.0)
        >>> float(w[0])
        0.0

    Reference: McMahan et al., "Ad click prediction", 2013,
    https://research.google.com/pubs/archive/41159.pdf
    """
    old, total = slots["accumulator"], slots["accumulator"] + g * g
    pull = (total**-power - old**-power) / rate
    linear = slots["linear"] + g + 2 * l2_shrinkage * w - pull * w
    curve = total**-power / rate + 2 * (l2 + beta / (2 * rate))
    w = (jnp.clip(linear, -l1, l1) - linear) / curve
    return w, {"accumulator": total, "linear": linear}


def adafactor(
    w: jax.Array,
    g: jax.Array,
    slots: Slots,
    *,
    rate: Number,
    beta_2: Number,
    epsilon_1: float,
    epsilon_2: float,
    clip_threshold: float,
) -> Updated:
    """RMSProp whose mean squares are kept as one row and one column.

    With slots `r` and `c` (weights of two axes and more) the mean square is their
    outer product over the last two axes; else it is kept whole in `velocity`.

    Example:
        >>> w, _ = adafactor(jnp.ones(1), jnp.ones(1), {"velocity": jnp.ones(1)},
        ...     rate=0.5, beta_2=0.5, epsilon_1=0.0, epsilon_2=1e-3,
        ...     clip_threshold=1.0)
        >>> float(w[0])
        0.5

    Reference: Shazeer and Stern, "Adafactor", 2018, https://arxiv.org/abs/1804.04235
    """
    square = g * g + epsilon_1
    new: Slots = {}
    if "r" in slots:
        r = beta_2 * slots["r"] + (1 - beta_2) * jnp.mean(square, axis=-1)
        c = beta_2 * slots["c"] + (1 - beta_2) * jnp.mean(square, axis=-2)
        row = r / jnp.mean(r, axis=-1, keepdims=True)
        new = {"r": r, "c": c}
        v = row[..., None] * c[..., None, :]
    else:
        v = beta_2 * slots["velocity"] + (1 - beta_2) * square
    new["velocity"] = v
    step = g / jnp.sqrt(v)
    step = step / jnp.maximum(1, _rms(step) / clip_threshold)
    return w - jnp.maximum(epsilon_2, _rms(w)) * rate * step, new


def _rms(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.mean(x * x))
