"""A network of four convolutions of 32 and 64 filters on pictures of CIFAR's size."""

from ._kinds import PEERS, Conv, Dense, Flatten, PeakTarget, Pool, Target, Training

CASE = Training(
    name="cnn32",
    title="CNN 32-32-64-64 on 32x32x3, batch 64",
    input_shape=(32, 32, 3),
    layers=(
        Conv(32, 3, "same", "relu"),
        Conv(32, 3, "same", "relu"),
        Pool(2),
        Conv(64, 3, "same", "relu"),
        Conv(64, 3, "same", "relu"),
        Pool(2),
        Flatten(),
        Dense(128, "relu"),
        Dense(10, "softmax"),
    ),
    pictures=640,
    quick_pictures=320,
    batch=64,
    parameters=591_274,
    targets=(Target(PEERS, 1.1), PeakTarget(0.7)),
    compiled=True,
    learning_rate=0.1,
)
