"""The report of a training run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from saccade.visualization._history import epochs_of, lower_is_better, measures

from ._charts import Curve, bar, bars_cell, line_chart
from ._confusion import confusion_block, scores_block
from ._facts import Answers, TrainingFacts, answers, check
from ._html import Html, join, tag
from ._judge import judge, remarks
from ._page import (
    Section,
    blocks,
    bullets,
    name,
    page,
    paragraph,
    settings_table,
    shortened,
    table,
    tiles,
    verdict,
)
from ._pictures import Captioned, gallery, picture_of_array, rows_of_variants
from ._scores import calibration, class_scores, confusion

_MISTAKES = 24
_ORIGINALS, _VARIANTS = 8, 5
_LISTED_FILES = 50
_BALANCE_ROWS = 40
_FEW = 30  # answers below which calibration says nothing
_RATES = ("accuracy", "acc", "precision", "recall", "auc", "f1")


def training_report(facts: TrainingFacts) -> str:
    """Writes the report of a training run as one HTML file.

    The file needs nothing beside itself: no network, no scripts, no fonts. Pictures
    are small copies inside it.

    Args:
        facts: what is shown; parts without data are left out.

    Returns:
        The file's text, to be written as UTF-8.

    Raises:
        ShapeError: the facts do not fit together.

    Differs from Keras: not in Keras.

    Example:
        >>> facts = TrainingFacts("insects", ("ants", "bees"), {"loss": [0.7, 0.5]}, 1,
        ...     np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]]))
        >>> text = training_report(facts)
        >>> text[:15], "2 of 2 validation pictures" in text
        ('<!DOCTYPE html>', True)
    """
    check(facts)
    given = answers(facts)
    return page(
        "Training report", facts.title, _opening(facts, given), [*_parts(facts, given)]
    )


def _opening(facts: TrainingFacts, given: Answers) -> Html:
    judged = judge(facts, given)
    epochs = max((len(v) for v in facts.history.values()), default=0)
    values = [*judged.numbers]
    if epochs:
        values.append((f"{facts.best_epoch + 1} of {epochs}", "best epoch"))
    if facts.train_counts:
        values.append((f"{sum(facts.train_counts):,}", "training pictures"))
    if len(given.said):
        values.append((f"{len(given.said):,}", "validation pictures"))
    if "training" in facts.timings:
        values.append((_duration(facts.timings["training"]), "of training"))
    points = remarks(facts, given)
    return blocks(
        verdict(judged.line, judged.detail, judged.mood),
        tiles(values),
        tag("h3", "What stands out") if points else "",
        bullets(points),
    )


def _parts(facts: TrainingFacts, given: Answers) -> Iterator[Section]:
    charts = _curves(facts)
    if charts:
        yield Section(
            "Curves",
            tag("div", *charts, class_="charts"),
            "Each measure by epoch. When the training curve goes on improving and the "
            "validation curve does not, the network learns its training pictures by "
            "heart.",
        )
    if len(given.said):
        yield from _answers_parts(facts, given)
    if facts.originals is not None and len(facts.originals):
        yield _samples(facts)
    yield _data(facts)
    if facts.notes:
        yield Section("Notes", bullets(facts.notes))
    if facts.settings or facts.model_summary:
        model = tag("pre", facts.model_summary) if facts.model_summary else ""
        yield Section(
            "Settings and network", blocks(settings_table(facts.settings), model)
        )
    if facts.timings or facts.hardware:
        shown = {_timing_name(k): _timing(k, v) for k, v in facts.timings.items()}
        yield Section(
            "Speed and hardware",
            blocks(settings_table(shown), settings_table(facts.hardware)),
        )


def _curves(facts: TrainingFacts) -> list[Html]:
    history = facts.history
    epochs = range(max((len(v) for v in history.values()), default=0))
    mark = None
    if 0 <= facts.best_epoch < len(epochs):
        mark = (facts.best_epoch + 1.0, f"best epoch: {facts.best_epoch + 1}")
    charts = []
    for measure in measures(history):
        curves = []
        for key, label, colour in (
            (measure, "training", "first"),
            (f"val_{measure}", "validation", "second"),
        ):
            values = history.get(key, ())
            if len(values):
                curves.append(Curve(label, epochs_of(values, epochs), values, colour))
        title = measure.replace("_", " ")
        if measure in ("learning_rate", "lr"):
            if len(set(history[measure])) < 2:
                continue  # a straight line says nothing
        elif lower_is_better(measure):
            title += ", lower is better"
        rate = any(part in measure.lower() for part in _RATES)
        charts.append(line_chart(title, curves, "epoch", mark, percent=rate))
    return charts


def _answers_parts(facts: TrainingFacts, given: Answers) -> Iterator[Section]:
    labels, count = np.asarray(facts.labels), len(facts.class_names)
    matrix = confusion(labels, given.said, count)
    support = np.bincount(labels, minlength=count)
    yield Section(
        "Which class is taken for which",
        confusion_block(matrix, facts.class_names),
        "Each row is a true class, each column what the network said; the diagonal is "
        "right. Shares are of the row: of all pictures of this class.",
    )
    yield Section(
        "Each class",
        scores_block(class_scores(matrix, support), facts.class_names),
        "Precision: of the pictures said to be of the class, the share that is. "
        "Recall: of the pictures of the class, the share that was found. F1 is between "
        "the two, nearer to the lower.",
    )
    yield _mistakes(facts, given)
    if len(given.said) >= _FEW and (given.said >= 0).all():
        yield _calibration(given)


def _mistakes(facts: TrainingFacts, given: Answers) -> Section:
    wrong = np.flatnonzero(~given.right & (given.said >= 0))
    title = "Most confident mistakes"
    if not len(wrong):
        return Section(title, paragraph("There is none: every answer is right."))
    order = wrong[np.argsort(-given.sure[wrong], kind="stable")][:_MISTAKES]
    if not facts.paths:
        return Section(title, paragraph(f"{len(wrong):,} answers are wrong."))
    shown = []
    for row in order:
        true = int(facts.labels[row])
        chance = given.probabilities[row, true]
        path = facts.paths[row]
        lines = (
            join(["said ", tag("b", name(facts.class_names[given.said[row]])),
                  f", {given.sure[row]:.0%} sure"]),
            join(["true ", tag("b", name(facts.class_names[true])), f", {chance:.0%}"]),
            name(_short_path(path)),
        )  # fmt: skip
        shown.append(Captioned(path, join(lines, "<br>")))
    lead = (
        f"{len(wrong):,} of {len(given.said):,} answers are wrong; "
        + (f"these {len(order)}" if len(order) < len(wrong) else "here they are,")
        + (" are" if len(order) < len(wrong) else "")
        + " the ones of which the network was most sure"
        + (" first" if len(order) == len(wrong) else "")
        + ". Look for wrong labels, pictures of two things, and views that training "
        "did not have."
    )
    return Section(title, gallery(shown), lead)


def _short_path(path: str) -> str:
    """The file and the folder of its class."""
    parts = path.replace("\\", "/").rstrip("/").split("/")
    return "/".join(parts[-2:])


def _calibration(given: Answers) -> Section:
    found = calibration(given.sure, given.right)
    sure, right = given.sure.mean(), given.right.mean()
    gap = sure - right
    if abs(gap) < 0.03:
        lead = (
            f"It was {sure:.0%} sure on average and right in {right:.0%}: the "
            "probabilities can be taken at their word."
        )
    else:
        lead = (
            f"It was {sure:.0%} sure on average and right in {right:.0%}: it is too "
            f"{'sure of itself' if gap > 0 else 'modest'}."
        )
    lead += f" Expected calibration error: {found.error:.3f}."
    rows = [
        (
            f"{low:.0%} to {high:.0%}",
            f"{count:,}",
            f"{share:.0%}",
            bars_cell(
                bar(share, tip=f"right in {share:.0%}"),
                bar(mean, second=True, tip=f"{mean:.0%} sure on average"),
            ),
        )
        for low, high, count, mean, share in zip(
            found.low, found.high, found.count, found.sure, found.right, strict=True
        )
    ]
    heads = ("it was sure by", "answers", "right", "right, and below how sure it was")
    return Section("How far its probabilities hold", table(heads, rows, 2), lead)


def _samples(facts: TrainingFacts) -> Section:
    originals = np.asarray(facts.originals)[:_ORIGINALS]
    if facts.augmented is None:
        shown = [
            tag("figure", picture_of_array(picture, alt="training picture"))
            for picture in originals
        ]
        return Section(
            "Training pictures",
            tag("div", *shown, class_="gallery"),
            "As the network got them; nothing was changed at random.",
        )
    variants = [*facts.augmented[:_VARIANTS, : len(originals)]]
    heads = ["original", "changed at random", *[""] * (len(variants) - 1)]
    return Section(
        "Augmented pictures",
        rows_of_variants(originals, variants, heads),
        "What the network was trained on: every epoch changes each picture anew. If "
        "you cannot tell the class any more, the changes are too strong.",
    )


def _data(facts: TrainingFacts) -> Section:
    skipped = shortened(facts.skipped, _LISTED_FILES, "files")
    left_out = shortened(facts.left_out, _LISTED_FILES, "files")
    parts: list[object] = [_balance(facts)]
    if skipped:
        parts += [
            tag("h3", f"Skipped as unusable: {len(facts.skipped):,}"),
            bullets(
                join([name(line[0]), f": {line[1]}"])
                if isinstance(line, tuple)
                else line
                for line in skipped
            ),
        ]
    if left_out:
        parts += [
            tag("h3", f"Left out by their suffix: {len(facts.left_out):,}"),
            bullets(line if line.startswith("... ") else name(line)
                    for line in map(str, left_out)),
        ]  # fmt: skip
    if not skipped and not left_out:
        parts.append(paragraph("Every file that was found could be used.", soft=True))
    return Section("Data", blocks(*parts))


def _balance(facts: TrainingFacts) -> Html:
    """A row for each class: how many pictures of it there are."""
    columns = [
        (head, counts)
        for head, counts in (
            ("training", facts.train_counts),
            ("validation", facts.validation_counts),
        )
        if counts
    ]
    if not columns:
        return Html("")
    largest = max(1, *(max(counts) for _, counts in columns))
    order: Sequence[int] = range(len(facts.class_names))
    note = ""
    if len(order) > _BALANCE_ROWS:
        order = sorted(order, key=lambda k: columns[0][1][k])[:_BALANCE_ROWS]
        note = f"The {_BALANCE_ROWS} smallest of {len(facts.class_names):,} classes."
    rows: list[tuple[object, ...]] = [
        (
            name(facts.class_names[k]),
            *(f"{counts[k]:,}" for _, counts in columns),
            bars_cell(*(bar(counts[k] / largest, second=head == "validation")
                        for head, counts in columns)),
        )
        for k in order
    ]  # fmt: skip
    totals = (f"{sum(counts):,}" for _, counts in columns)
    rows.append(("all", *totals, ""))
    heads = ("class", *(head for head, _ in columns), "")
    return blocks(paragraph(note, soft=True), table(heads, rows, len(columns)))


def _timing_name(key: str) -> str:
    return key.replace("_", " ")


def _timing(key: str, value: float) -> str:
    if "per_second" in key or "per second" in key:
        return f"{value:,.0f}"
    return _duration(value)


def _duration(seconds: float) -> str:
    """Writes a time as people say it: '0.35 s', '12 s', '3 min 5 s', '2 h 10 min'."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
