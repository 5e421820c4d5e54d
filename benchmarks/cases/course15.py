"""The network of course programs 15 and 16: two convolutions of 4 filters, pooled."""

from ._kinds import KERAS, PEERS, Conv, Dense, Flatten, Pool, Target, Training

CASE = Training(
    name="course15",
    title="course 15: two convolutions of 4 filters and pooling, batch 32",
    input_shape=(28, 28, 1),
    layers=(
        Conv(4, 3, "same", "relu"),
        Conv(4, 3, "same", "relu", strides=2),
        Pool(2),
        Flatten(),
        Dense(10, "softmax"),
    ),
    pictures=12_800,
    quick_pictures=6_400,
    batch=32,
    parameters=2_158,
    targets=(Target(KERAS, 4.0), Target(PEERS, 2.0)),
    learning_rate=0.1,
)
