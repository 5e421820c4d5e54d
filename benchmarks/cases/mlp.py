"""A network of three fully connected layers: matrix products."""

from ._kinds import PEERS, Dense, Target, Training

CASE = Training(
    name="mlp",
    title="MLP 784-512-256-10, batch 64",
    input_shape=(784,),
    layers=(Dense(512, "relu"), Dense(256, "relu"), Dense(10, "softmax")),
    pictures=25_600,
    quick_pictures=12_800,
    batch=64,
    parameters=535_818,
    targets=(Target(PEERS, 2.0),),
)
