"""Softmax regression: the smallest network, so the cost of a step is all overhead."""

from ._kinds import Dense, StepTarget, Target, Training

CASE = Training(
    name="softmax",
    title="softmax regression 784-10, batch 32",
    input_shape=(784,),
    layers=(Dense(10, "softmax"),),
    pictures=60_000,
    quick_pictures=20_000,
    batch=32,
    parameters=7_850,
    targets=(
        Target(("keras-tensorflow",), 15.0),
        Target(("keras-jax",), 4.0),
        StepTarget(0.05e-3),
    ),
)
