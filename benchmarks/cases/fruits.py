"""The network of course program 18: one convolution on large pictures."""

from ._kinds import KERAS, Conv, Dense, Flatten, Pool, Target, Training

CASE = Training(
    name="fruits",
    title="fruits: a convolution of 6 filters on 150x150x3, batch 16",
    input_shape=(150, 150, 3),
    layers=(
        Conv(6, 3, "valid", "relu"),
        Pool(2, average=True),
        Flatten(),
        Dense(12, "softmax"),
    ),
    pictures=640,
    quick_pictures=320,
    batch=16,
    parameters=394_452,
    targets=(Target(KERAS, 3.0),),
    classes=12,
    learning_rate=0.01,
)
