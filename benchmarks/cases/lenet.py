"""LeNet-5 on 28x28 pictures: small convolutions."""

from ._kinds import KERAS, Conv, Dense, Flatten, PeakTarget, Pool, Target, Training

CASE = Training(
    name="lenet",
    title="LeNet-5 on 28x28x1, batch 32",
    input_shape=(28, 28, 1),
    layers=(
        Conv(6, 5, "same", "relu"),
        Pool(2),
        Conv(16, 5, "valid", "relu"),
        Pool(2),
        Flatten(),
        Dense(120, "relu"),
        Dense(84, "relu"),
        Dense(10, "softmax"),
    ),
    pictures=6_400,
    quick_pictures=3_200,
    batch=32,
    parameters=61_706,
    targets=(
        Target(KERAS, 3.0),
        Target(("pytorch-compiled",), 2.0),
        PeakTarget(0.35),
    ),
    compiled=True,
    learning_rate=0.1,
)
