"""The numbers of a report: counts of mistakes, scores of classes, calibration.

Plain NumPy on validation labels and probabilities; no HTML.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np


def confusion(labels: np.ndarray, said: np.ndarray, count: int) -> np.ndarray:
    """Counts answers by the true class and the class said.

    Args:
        labels: the truth.
        said: the answers; -1 for none, which is not counted.
        count: number of classes.

    Shapes:
        labels, said: (n,) int -> (true, said), int64

    Example:
        >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
        [[1, 1], [0, 1]]
    """
    given = said >= 0
    flat = np.bincount(labels[given] * count + said[given], minlength=count * count)
    return flat.reshape(count, count)


@dataclasses.dataclass(frozen=True)
class ClassScores:
    """Scores of each class; NaN where a quotient has no meaning.

    Args:
        precision: of those said to be of the class, the share that is.
        recall: of those of the class, the share that was said to be.
        f1: harmonic mean of the two, 0 where nothing of the class was found.
        support: validation pictures of the class.

    Shapes:
        all: (k,)
    """

    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray


def class_scores(matrix: np.ndarray, support: np.ndarray) -> ClassScores:
    """Scores the classes.

    Args:
        matrix: what `confusion` counted.
        support: pictures of each class, also those without an answer.

    Shapes:
        matrix: (k, k) int; support: (k,) int

    Example:
        >>> class_scores(np.array([[1, 1], [0, 2]]), np.array([2, 2])).recall.tolist()
        [0.5, 1.0]
    """
    found = np.diag(matrix).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = found / matrix.sum(0)
        recall = found / support
        f1 = 2 * found / (matrix.sum(0) + support)
    return ClassScores(precision, recall, f1, support)


def interval(right: int, count: int) -> tuple[float, float]:
    """Returns the shares between which the true one lies with 95% confidence.

    Args:
        right: successes.
        count: trials, > 0.

    Example:
        >>> [round(share, 3) for share in interval(80, 100)]
        [0.711, 0.867]

    Reference: Wilson, "Probable inference, the law of succession, and statistical
    inference", 1927.
    """
    z = 1.959964
    share = right / count
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


@dataclasses.dataclass(frozen=True)
class Calibration:
    """How sure the answers were and how often they were right.

    Args:
        low, high: limits of each group of answers by their probability.
        count: answers in it.
        sure: their mean probability.
        right: the share of them that is right.
        error: mean distance of `sure` and `right`, weighed by count.
    """

    low: np.ndarray
    high: np.ndarray
    count: np.ndarray
    sure: np.ndarray
    right: np.ndarray
    error: float


def calibration(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> Calibration:
    """Compares the probability of answers with how often they are right.

    Args:
        sure: probability of each answer, in [0, 1].
        right: whether it is right.
        bins: groups of equal width; empty ones are left out.

    Shapes:
        sure: (n,) float; right: (n,) bool, n > 0

    Example:
        >>> found = calibration(np.array([0.95, 0.91, 0.55]), np.array([1, 0, 1]))
        >>> found.count.tolist(), found.right.tolist()
        ([1, 2], [1.0, 0.5])

    Reference: Guo et al., "On Calibration of Modern Neural Networks", 2017,
    https://arxiv.org/abs/1706.04599
    """
    place = np.clip((sure * bins).astype(int), 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    used = np.flatnonzero(counts)
    count = counts[used]
    mean = np.bincount(place, sure, bins)[used] / count
    share = np.bincount(place, right.astype(np.float64), bins)[used] / count
    error = float(np.sum(count * np.abs(mean - share)) / len(sure))
    return Calibration(used / bins, (used + 1) / bins, count, mean, share, error)
