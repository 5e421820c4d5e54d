"""CIFAR-100: 60,000 small colour photographs of a hundred kinds of things."""

from __future__ import annotations

from saccade.core._checks import one_of

from ._cifar import find_folder, in_layout, read_batch
from ._split import Split

_NAME = "cifar-100-python"
_ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
_SHA256 = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode: str = "fine") -> Split:
    """Loads CIFAR-100, from Keras' folder or, the first time, the network.

    Args:
        label_mode: 'fine' for the 100 kinds, 'coarse' for their 20 groups.

    Returns:
        (x_train, y_train), (x_test, y_test).

    Shapes:
        x: (50000, 32, 32, 3) and (10000, 32, 32, 3) uint8, 0..255, or channels first
        if `config.image_data_format()` says so; y: (50000, 1) and (10000, 1) int64,
        0..99 or 0..19.

    Raises:
        ConfigError: another `label_mode`.
        DownloadError: the archive is not there and cannot be fetched.
        DataError: a file is damaged.

    Differs from Keras: Keras 2's folder is read too.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
        >>> y_train.shape  # doctest: +SKIP
        (50000, 1)

    Reference: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
    2009, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    mode = one_of(label_mode, ["fine", "coarse"], "label_mode", "cifar100.load_data")
    folder = find_folder(_NAME, _ORIGIN, _SHA256, ("train", "test"))
    x_train, y_train = read_batch(folder / "train", f"{mode}_labels")
    x_test, y_test = read_batch(folder / "test", f"{mode}_labels")
    return (in_layout(x_train), y_train), (in_layout(x_test), y_test)
