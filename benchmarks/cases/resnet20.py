"""ResNet-20 for pictures of CIFAR's size, with batch normalization.

Where the picture shrinks and the channels double, a 1x1 convolution with batch
normalization is the shortcut.
"""

from ._kinds import (
    PEERS,
    Activation,
    BatchNorm,
    Conv,
    Dense,
    GlobalPool,
    LayerData,
    Residual,
    Target,
    Training,
)


def _block(filters: int, strides: int = 1) -> Residual:
    body = (
        Conv(filters, 3, "same", strides=strides, bias=False),
        BatchNorm(),
        Activation("relu"),
        Conv(filters, 3, "same", bias=False),
        BatchNorm(),
    )
    projection: tuple[LayerData, ...] = (
        Conv(filters, 1, "same", strides=strides, bias=False),
        BatchNorm(),
    )
    return Residual(body, projection if strides > 1 else ())


CASE = Training(
    name="resnet20",
    title="ResNet-20 with batch normalization on 32x32x3, batch 128",
    input_shape=(32, 32, 3),
    layers=(
        Conv(16, 3, "same", bias=False),
        BatchNorm(),
        Activation("relu"),
        *(_block(16) for _ in range(3)),
        *(_block(32, strides) for strides in (2, 1, 1)),
        *(_block(64, strides) for strides in (2, 1, 1)),
        GlobalPool(),
        Dense(10, "softmax"),
    ),
    # As many steps that what a call costs once (its memory) weighs as in a real epoch.
    pictures=1536,
    quick_pictures=256,
    batch=128,
    parameters=272_474,
    targets=(Target(PEERS, 1.0),),
    learning_rate=0.05,
)
