"""The network of course program 14: two convolutions of four filters."""

from ._kinds import KERAS, PEERS, Conv, Dense, Flatten, Target, Training

CASE = Training(
    name="course14",
    title="course 14: two convolutions of 4 filters, batch 32",
    input_shape=(28, 28, 1),
    layers=(
        Conv(4, 3, "same", "relu"),
        Conv(4, 3, "same", "relu", strides=2),
        Flatten(),
        Dense(10, "softmax"),
    ),
    pictures=12_800,
    quick_pictures=6_400,
    batch=32,
    parameters=8_038,
    targets=(Target(KERAS, 4.0), Target(PEERS, 2.0)),
    learning_rate=0.1,
)
