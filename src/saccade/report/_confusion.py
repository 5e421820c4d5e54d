"""Which classes are taken for which: the matrix, or its worst pairs; class scores."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ._charts import bar, bars_cell
from ._html import Html, tag
from ._page import blocks, name, paragraph, table
from ._scores import ClassScores

MOST_CLASSES = 30
"""Up to so many classes the whole matrix is shown."""

_WORDS_UP_TO = 8  # classes up to which columns are wide enough for level names
_PAIRS = 20
_SHOWN_CLASSES = 100


def confusion_block(matrix: np.ndarray, names: Sequence[str]) -> Html:
    """Shows the matrix, of many classes the pairs most often confused.

    Args:
        matrix: counts by true class and class said.
        names: of the classes.

    Shapes:
        matrix: (k, k) int
    """
    if len(names) > MOST_CLASSES:
        return _pairs(matrix, names)
    return _matrix(matrix, names)


def _matrix(matrix: np.ndarray, names: Sequence[str]) -> Html:
    many = len(names) > _WORDS_UP_TO
    totals = matrix.sum(1)
    head = tag(
        "tr",
        tag("th", "true \u2193 \u00a0 said \u2192", class_="corner"),
        *(tag("th", tag("span", name(text)), scope="col") for text in names),
        tag("th", "pictures", scope="col"),
    )
    rows = []
    for true, text in enumerate(names):
        cells = [
            _cell(int(count), int(totals[true]), said == true, many)
            for said, count in enumerate(matrix[true])
        ]
        rows.append(
            tag(
                "tr",
                tag("th", name(text), scope="row"),
                *cells,
                tag("td", f"{totals[true]:,}"),
            )
        )
    kind = "matrix many" if many else "matrix"
    inner = tag("table", tag("thead", head), tag("tbody", *rows), class_=kind)
    return tag("div", inner, class_="wide")


def _cell(count: int, total: int, right: bool, many: bool) -> Html:
    share = count / total if total else 0.0
    percent = f"{share:.0%}" if total else "\u2013"
    shown: tuple[object, ...] = (f"{count:,}",) if count or right else ("",)
    if not many:
        shown = (f"{count:,}", tag("small", percent))
    # A single mistake among many is still tinted, so that it is seen.
    tint = 0.08 + 0.62 * share if count else 0.0
    return tag(
        "td",
        *shown,
        class_="right" if right else "wrong",
        style=f"--share:{tint:.2f}",
        title=percent if many and count else None,
    )


def _pairs(matrix: np.ndarray, names: Sequence[str]) -> Html:
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:_PAIRS]
    rows = []
    for true, said in zip(*np.unravel_index(order, wrong.shape), strict=True):
        count, total = int(wrong[true, said]), int(matrix[true].sum())
        if not count:
            break
        rows.append((name(names[true]), f"{count:,}", f"{count / total:.0%}",
                     tag("td", name(names[said]))))  # fmt: skip
    if not rows:
        return paragraph("No picture was taken for one of another class.")
    heads = ("true class", "pictures", "of the class", "taken for")
    return blocks(
        paragraph(
            f"Of {len(names):,} classes the matrix would be too large to read; these "
            "are the pairs most often confused.",
            soft=True,
        ),
        table(heads, rows, numbers=2),
    )


def scores_block(scores: ClassScores, names: Sequence[str]) -> Html:
    """Shows precision, recall, F1 and the number of pictures of each class.

    Args:
        scores: of all classes.
        names: of the classes.
    """
    order = list(range(len(names)))
    note = ""
    if len(names) > MOST_CLASSES:
        # Classes without pictures come last: there is nothing to be learned of them.
        order = np.argsort(np.nan_to_num(scores.f1, nan=2.0), kind="stable").tolist()
        note = "The classes with the lowest F1 come first."
        if len(names) > _SHOWN_CLASSES:
            order = order[:_SHOWN_CLASSES]
            note = f"The {_SHOWN_CLASSES} of {len(names):,} classes with the lowest F1."
    heads = ("class", "precision", "recall", "F1", "pictures", "")
    rows: list[tuple[object, ...]] = [
        (
            name(names[k]),
            _percent(scores.precision[k]),
            _percent(scores.recall[k]),
            _percent(scores.f1[k]),
            f"{scores.support[k]:,}",
            bars_cell(bar(scores.f1[k], tip="F1")),
        )
        for k in order
    ]
    if len(names) > 1:
        shown = [_mean(v) for v in (scores.precision, scores.recall, scores.f1)]
        rows.append(("mean of the classes", *shown, f"{scores.support.sum():,}", ""))
    return blocks(paragraph(note, soft=True), table(heads, rows, numbers=4))


def _mean(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    return _percent(float(known.mean()) if known.size else math.nan)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%" if math.isfinite(share) else "\u2013"
