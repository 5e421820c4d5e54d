"""Writes src/saccade/datasets/digits.npz from scikit-learn's bundled digits.

    python scripts/make_digits.py

The split is fixed: of each digit a fifth, chosen with seed 0, is for testing; both
parts are shuffled, so that their last rows hold all digits. Needs scikit-learn.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TEST_ROWS = 360
TARGET = Path(__file__).parents[1] / "src/saccade/datasets/digits.npz"


def split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rows for training and for testing, every digit in both alike."""
    rng = np.random.Generator(np.random.Philox(0))
    share = np.bincount(labels) * TEST_ROWS / len(labels)
    counts = np.floor(share).astype(int)
    missing = TEST_ROWS - counts.sum()
    counts[np.argsort(counts - share, kind="stable")[:missing]] += 1
    train, test = [], []
    for digit, count in enumerate(counts):
        rows = rng.permutation(np.flatnonzero(labels == digit))
        test.append(rows[:count])
        train.append(rows[count:])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


def main() -> None:
    x, y = load_digits(return_X_y=True)
    pictures = np.asarray(x, np.uint8).reshape(-1, 8, 8)
    labels = np.asarray(y, np.uint8)
    train, test = split(labels)
    np.savez_compressed(
        TARGET,
        x_train=pictures[train],
        y_train=labels[train],
        x_test=pictures[test],
        y_test=labels[test],
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(train)} + {len(test)}")


if __name__ == "__main__":
    main()
