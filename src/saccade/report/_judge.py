"""The verdict on a run in one line, and what a careful reader would remark.

Rules of thumb, each stated in the sentence it makes; no HTML.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from ._facts import Answers, TrainingFacts
from ._page import Mood
from ._scores import interval

_OVERFIT = 0.10
_UNEVEN = 3.0
_WEAK_RECALL = 0.5
_FEW_VALIDATION = 100


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What a report says first.

    Args:
        line: one sentence.
        detail: how far it can be trusted.
        mood: whether the network is better than no network.
        numbers: (number, what it is) for the tiles.
    """

    line: str
    detail: str
    mood: Mood
    numbers: tuple[tuple[str, str], ...] = ()


def judge(facts: TrainingFacts, given: Answers) -> Judgement:
    """Compares the answers with always naming the largest class.

    Args:
        facts: the run.
        given: the answers of its network.
    """
    count = len(given.said)
    epochs = max((len(v) for v in facts.history.values()), default=0)
    best = f", best epoch {facts.best_epoch + 1} of {epochs}" if epochs else ""
    if not count:
        return Judgement(
            "Trained without validation pictures, so nothing is known of how well it "
            f"does on new ones{best}.",
            "",
            "plain",
        )
    right = int(given.right.sum())
    share = right / count
    sizes = np.bincount(facts.labels, minlength=len(facts.class_names))
    largest = int(sizes.argmax())
    base = int(sizes[largest]) / count
    line = (
        f"{share:.1%} right: {right:,} of {count:,} validation pictures, against "
        f"{base:.1%} for always saying \u201c{facts.class_names[largest]}\u201d, the "
        f"largest class{best}."
    )
    low, high = interval(right, count)
    detail = (
        f"With {count:,} validation pictures the accuracy on new ones of the same "
        f"kind lies between {low:.0%} and {high:.0%} (95% confidence)."
    )
    mood: Mood = "good"
    if share <= base:
        mood = "poor"
        detail += " It has learned nothing that is of use yet."
    elif low <= base:
        mood = "plain"
        detail += " So it may be no better than the largest class."
    numbers = ((f"{share:.1%}", "validation accuracy"),
               (f"{base:.1%}", "by the largest class alone"))  # fmt: skip
    return Judgement(line, detail, mood, numbers)


def remarks(facts: TrainingFacts, given: Answers) -> list[str]:
    """Lists what stands out, each as a sentence with what to do about it.

    Args:
        facts: the run.
        given: the answers of its network.
    """
    return [
        text
        for text in (
            _no_numbers(given),
            _overfitting(facts),
            _unfinished(facts),
            _weak_classes(facts, given),
            _imbalance(facts),
            _few_pictures(given),
            _unusable(facts),
        )
        if text
    ]


def _no_numbers(given: Answers) -> str:
    count = int((given.said < 0).sum())
    if not count:
        return ""
    return (
        f"The network's answers to {count:,} pictures are not numbers: training "
        "diverged. Try a smaller learning rate, and check that pixels are scaled to "
        "[0, 1]."
    )


def _overfitting(facts: TrainingFacts) -> str:
    at = facts.best_epoch
    for measure in ("accuracy", "acc", "sparse_categorical_accuracy"):
        trained = facts.history.get(measure, [])
        tested = facts.history.get(f"val_{measure}", [])
        if len(trained) != len(tested) or not 0 <= at < len(trained):
            continue
        if trained[at] - tested[at] > _OVERFIT:
            return (
                f"In the best epoch {trained[at]:.0%} of the training pictures were "
                f"right and {tested[at]:.0%} of the validation pictures: it learns its "
                "pictures by heart. More pictures, augmentation, dropout or a smaller "
                "network help."
            )
    return ""


def _unfinished(facts: TrainingFacts) -> str:
    epochs = max((len(v) for v in facts.history.values()), default=0)
    if epochs < 3 or facts.best_epoch < epochs - 1:
        return ""
    return "The last epoch was the best one: more epochs may still help."


def _weak_classes(facts: TrainingFacts, given: Answers) -> str:
    count = len(facts.class_names)
    if not len(given.said) or count < 2:
        return ""
    sizes = np.bincount(facts.labels, minlength=count)
    found = np.bincount(np.asarray(facts.labels)[given.right], minlength=count)
    recall = found / np.maximum(sizes, 1)
    weak = [int(k) for k in np.argsort(recall, kind="stable")
            if sizes[k] and recall[k] < _WEAK_RECALL]  # fmt: skip
    if not weak:
        return ""
    named = ", ".join(
        f"\u201c{facts.class_names[k]}\u201d ({found[k]} of {sizes[k]})"
        for k in weak[:5]
    )
    more = f" and {len(weak) - 5} more" if len(weak) > 5 else ""
    return f"Less than half of their pictures were found: {named}{more}."


def _imbalance(facts: TrainingFacts) -> str:
    counts = [(n, k) for k, n in enumerate(facts.train_counts) if n]
    if len(counts) < 2:
        return ""
    (few, small), (many, large) = min(counts), max(counts)
    if many < _UNEVEN * few:
        return ""
    return (
        f"The classes are uneven: {many:,} training pictures of "
        f"\u201c{facts.class_names[large]}\u201d, {few:,} of "
        f"\u201c{facts.class_names[small]}\u201d. Look at the recall of the small "
        "ones, not at the accuracy alone; class weights help."
    )


def _few_pictures(given: Answers) -> str:
    count = len(given.said)
    if not 0 < count < _FEW_VALIDATION:
        return ""
    return (
        f"Only {count} validation pictures: one picture more or less is "
        f"{1 / count:.1%}. Small differences between runs mean nothing."
    )


def _unusable(facts: TrainingFacts) -> str:
    if not facts.skipped and not facts.left_out:
        return ""
    return (
        f"Files skipped as unusable: {len(facts.skipped):,}; left out because of their "
        f"suffix: {len(facts.left_out):,}. They are listed under Data."
    )
