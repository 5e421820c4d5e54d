"""The training report: right numbers, everything escaped, bounded in size."""

from __future__ import annotations

import html.parser
import re

import numpy as np
import pytest
from PIL import Image

from saccade.core._errors import ShapeError
from saccade.report import TrainingFacts, training_report
from saccade.report._charts import Curve, line_chart, linear_scale
from saccade.report._scores import calibration, class_scores, confusion, interval

NASTY = "</td><script>alert(1)</script> & 'плод' \"苹果\""
VOID = {"br"}  # all others are written with their end


class Reader(html.parser.HTMLParser):
    """Checks that elements close as they open and keeps the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data + " "


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open
    assert "script" not in reader.seen
    assert not re.search(r"(?:src|href)=.(?!data:|#)", text)  # nothing from outside
    text.encode("utf-8")
    return reader


def facts(classes: int = 3, count: int = 90, **changes) -> TrainingFacts:
    draws = np.random.default_rng(7)
    labels = np.arange(count) % classes
    probabilities = draws.dirichlet(np.ones(classes), count)
    values = {
        "title": "fruit",
        "class_names": tuple(f"class {k}" for k in range(classes)),
        "history": {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.2, 1.3],
                    "accuracy": [0.2, 0.5, 0.9], "val_accuracy": [0.2, 0.6, 0.5]},
        "best_epoch": 1,
        "labels": labels,
        "probabilities": probabilities,
        "train_counts": (10,) * classes,
        "validation_counts": tuple(np.bincount(labels, minlength=classes).tolist()),
    }  # fmt: skip
    return TrainingFacts(**{**values, **changes})


def test_the_verdict_compares_with_the_largest_class():
    labels = np.array([0] * 60 + [1] * 40)
    probabilities = np.zeros((100, 2))
    said = np.array([0] * 50 + [1] * 50)  # ten of the first class are wrong
    probabilities[np.arange(100), said] = 1
    text = read(
        training_report(
            facts(2, labels=labels, probabilities=probabilities,
                  validation_counts=(60, 40))
        )
    ).text  # fmt: skip
    assert (
        "90.0% right: 90 of 100 validation pictures, against 60.0% for always saying "
        "“class 0”, the largest class, best epoch 2 of 3." in text
    )
    assert "lies between 83% and 94%" in text


def test_a_network_that_learned_nothing_is_called_so():
    probabilities = np.tile([0.9, 0.1], (10, 1))
    text = training_report(
        facts(2, labels=np.array([0, 1] * 5), probabilities=probabilities)
    )
    assert "It has learned nothing that is of use yet." in text
    assert 'class="verdict poor"' in text
    assert "“class 1” (0 of 5)" in text


def test_names_of_classes_and_files_are_escaped():
    names = (NASTY, "b" + chr(0xDC80), "c\x00")
    text = training_report(
        facts(
            title=NASTY, class_names=names, paths=(f"x/{NASTY}.jpg",) * 90,
            skipped=((NASTY, NASTY),), left_out=(NASTY,), notes=(NASTY,),
            settings={NASTY: NASTY}, model_summary=NASTY, hardware={NASTY: NASTY},
        )
    )  # fmt: skip
    assert read(text).text.count("alert(1)") > 20
    assert "<script" not in text


def test_mistakes_are_shown_most_confident_first(tmp_path):
    paths = []
    for place in range(4):
        paths.append(str(tmp_path / f"{place}.png"))
        Image.new("RGB", (300, 100), (place * 60, 0, 0)).save(paths[-1])
    (tmp_path / "3.png").unlink()
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.05, 0.95], [0.2, 0.8]])
    text = training_report(
        facts(2, labels=np.zeros(4, int), probabilities=probabilities,
              paths=tuple(paths))
    )  # fmt: skip
    shown = re.findall(r"(\d)\.png</bdi>", text)
    assert shown == ["2", "3", "1"]
    assert text.count("the file is gone or broken") == 1
    assert text.count("data:image/jpeg") == 2
    assert ", 95% sure" in text


def test_many_classes_give_the_pairs_most_often_confused():
    labels = np.repeat(np.arange(40), 5)
    probabilities = np.eye(40)[labels]
    probabilities[:4] = np.eye(40)[7]  # four of the first class are taken for 7
    text = training_report(facts(40, labels=labels, probabilities=probabilities))
    assert 'class="matrix' not in text
    assert re.search(r"class 0</bdi>.*?>4<.*?>80%<.*?class 7</bdi>", text)


def test_the_size_is_bounded(tmp_path):
    path = str(tmp_path / "noise.png")
    pixels = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    originals = np.tile(pixels[None, :256, :256], (50, 1, 1, 1))
    text = training_report(
        facts(
            500, 5000, paths=(path,) * 5000, originals=originals,
            augmented=np.stack([originals] * 9),
            skipped=tuple((f"{n}.jpg", "broken") for n in range(3000)),
            history={"loss": list(np.linspace(1, 0, 5000))},
        )
    )  # fmt: skip
    assert len(text) < 2_000_000
    assert "... and 2,950 more files" in text


@pytest.mark.parametrize("augmented", [True, False])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sample_pictures(augmented, channels):
    originals = np.zeros((2, 8, 8, channels), np.uint8)
    changed = np.stack([originals] * 3) if augmented else None
    text = training_report(facts(originals=originals, augmented=changed))
    assert text.count("data:image/png") == (8 if augmented else 2)
    assert ("As the network got them" in text) != augmented


def test_without_validation_pictures():
    text = training_report(
        facts(labels=np.zeros(0, int), probabilities=np.zeros((0, 3)))
    )
    assert "Trained without validation pictures" in read(text).text


def test_a_network_that_diverged():
    probabilities = np.full((90, 3), np.nan)
    text = training_report(
        facts(probabilities=probabilities, history={"loss": [1.0, np.nan]})
    )
    assert "answers to 90 pictures are not numbers" in read(text).text
    assert not re.search(r"\bnan\b", text)


def test_one_column_is_the_probability_of_the_second_class():
    text = training_report(
        facts(2, labels=np.array([0, 1]), probabilities=np.array([[0.1], [0.8]]))
    )
    assert "100.0% right: 2 of 2" in text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"probabilities": np.zeros((90, 2))}, r"shape \(90, 3\).*got \(90, 2\)"),
        ({"labels": np.full(90, 3)}, r"`labels` must lie in \[0, 2\]"),
        ({"paths": ("a",)}, "`paths` must name 90 files, got 1"),
        ({"train_counts": (1, 2)}, "`train_counts` must have 3 numbers, got 2"),
        ({"augmented": np.zeros((1, 2, 8, 8, 3))}, "must repeat `originals` None"),
    ],
)
def test_facts_that_do_not_fit_together(changes, told):
    with pytest.raises(ShapeError, match=told):
        training_report(facts(**changes))


def test_scores_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    draws = np.random.default_rng(3)
    labels, said = draws.integers(0, 5, 200), draws.integers(0, 5, 200)
    matrix = confusion(labels, said, 5)
    np.testing.assert_array_equal(matrix, metrics.confusion_matrix(labels, said))
    found = class_scores(matrix, np.bincount(labels))
    wanted = metrics.precision_recall_fscore_support(labels, said)
    for ours, theirs in zip(
        (found.precision, found.recall, found.f1, found.support), wanted, strict=True
    ):
        np.testing.assert_allclose(ours, theirs)


def test_calibration_of_answers_as_sure_as_they_are_right():
    sure = np.repeat([0.75, 0.55], 100)
    right = np.concatenate([np.arange(100) < 75, np.arange(100) < 55])
    assert calibration(sure, right).error == pytest.approx(0)
    assert calibration(sure, np.ones(200)).error == pytest.approx(0.35)


def test_the_interval_holds_the_share_and_narrows():
    wide, narrow = interval(8, 10), interval(800, 1000)
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1]
    assert interval(0, 5)[0] == 0
    assert interval(5, 5)[1] == pytest.approx(1)


@pytest.mark.parametrize("limits", [(0, 0), (-3, 1e5), (1e-9, 2e-9), (5, 5 + 1e-12)])
def test_axes_hold_their_values(limits):
    scale = linear_scale(*limits)
    assert all(-1e-6 <= scale.share(v) <= 1 + 1e-6 for v in limits)
    assert 2 <= len(scale.ticks) <= 12


def test_gaps_and_logarithmic_axes():
    chart = line_chart(
        "loss", [Curve("training", range(5), [900.0, np.nan, 9.0, 0.9, 0.5])], "epoch"
    )
    assert "logarithmic" in chart
    assert all(f">{tick}</text>" in chart for tick in ("0.1", "1", "10", "1,000"))
    assert chart.count("<polyline") == 1
    assert chart.count("<circle") == 4
    assert "no value is a number" in line_chart("loss", [Curve("a", [1], [np.nan])], "")
