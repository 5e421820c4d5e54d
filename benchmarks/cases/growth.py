"""How the cost of a picture grows with the batch, the channels and the picture's size.

The network is two convolutions of 3x3, each with relu and pooling, and a fully
connected layer: by default 16 channels, 32x32x3, batch 32.
"""

from ._kinds import Conv, Curve, Dense, Flatten, Growth, Pool, Training


def network(batch: int = 32, channels: int = 16, size: int = 32) -> Training:
    """Returns the network of these measures."""
    return Training(
        name="growth",
        title="two convolutions",
        input_shape=(size, size, 3),
        layers=(
            Conv(channels, 3, "same", "relu"),
            Pool(2),
            Conv(channels, 3, "same", "relu"),
            Pool(2),
            Flatten(),
            Dense(10, "softmax"),
        ),
        pictures=batch,
        quick_pictures=batch,
        batch=batch,
        parameters=(
            27 * channels
            + 9 * channels**2
            + 2 * channels
            + 10 * (channels * (size // 4) ** 2 + 1)
        ),
    )


CASE = Growth(
    name="growth",
    title="how the cost of a training step grows",
    curves={
        "batch": Curve(
            "pictures in a batch",
            (1, 4, 16, 64, 256, 1024),
            (1, 32, 256),
            lambda value: network(batch=value),
            single=True,
        ),
        "channels": Curve(
            "channels of both convolutions",
            (4, 6, 8, 16, 24, 32, 64, 128),
            (4, 16),
            lambda value: network(channels=value),
        ),
        "size": Curve(
            "pixels along a side of the picture",
            (8, 15, 28, 48, 64, 112, 150, 224),
            (8, 28),
            lambda value: network(size=value),
        ),
    },
    peers=("saccade", "keras-tensorflow", "keras-jax", "pytorch"),
    limit_fall=1 / 3,
)
