"""The playground's exercises and settings beside an independent computation of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import saccade

from .pages import Open, lab, press
from .playground_reference import Playground

NODE = shutil.which("node")
LIB = Path(saccade.__file__).parent / "studio" / "static" / "lib" / "playground"

# Link without its seed; epoch, training loss and test loss of the original page.
ORIGINAL = {
    "activation=sigmoid&learningRate=0.00001&networkShape=5&dataset=xor": [
        (0, 0.825838, 0.647256), (1, 0.825697, 0.647165), (100, 0.811567, 0.637985),
        (1000, 0.673549, 0.555314),
    ],
    "activation=sigmoid&networkShape=5&dataset=xor": [(1000, 0.015377, 0.015537)],
    "networkShape=5&dataset=xor": [(10, 0.338202, 0.361807), (500, 0.007021, 0.011788)],
    "": [(0, 0.515201, 0.529453), (500, 0.001449, 0.008129)],
    "problem=regression": [(0, 0.117423, 0.118943), (20, 0.003944, 0.003789)],
    "regularization=L1&regularizationRate=0.003": [(200, 0.013213, 0.009631)],
}  # fmt: skip
# What the exercises and the original's numbers leave out.
MORE = (
    "batchSize=30&noise=35&dataset=gauss",
    "batchSize=7&percTrainData=70&noise=20&dataset=spiral&activation=linear",
    "problem=regression&noise=10&activation=relu&networkShape=3",
    "regularization=L2&regularizationRate=0.01&noise=15&xTimesY=true&sinX=true",
    "dataset=xor&noise=25&sinY=true&y=false&ySquared=true&learningRate=0.003",
)
EPOCHS = (0, 1, 10, 100)
# Sums in another order part in their last digits, and training carries them on.
WITHIN = 1e-6

_EXERCISES = """
import { EXERCISES } from "EXERCISES";
console.log(JSON.stringify(EXERCISES.map(({ hash }) => hash)));
"""
_TRAIN = """
import * as lab from "EXPERIMENT";
import { readSettings } from "STATE";
const [links, epochs] = JSON.parse(process.argv[2]);
console.log(JSON.stringify(links.map((link) => {
  const { settings, problems } = readSettings("#" + link);
  const experiment = lab.start(settings);
  const losses = epochs.map((epoch) => {
    while (experiment.epoch < epoch) lab.advance(experiment);
    const { train, test } = lab.scores(experiment);
    return [train.loss, test.loss];
  });
  return { problems, losses };
})));
"""


def node(tmp_path: Path, program: str, *arguments: str) -> list:
    if NODE is None:
        pytest.skip("Node is not installed")
    for name in ("EXERCISES", "EXPERIMENT", "STATE"):
        file = (LIB / f"{name.lower()}.js").as_uri()
        program = program.replace(f'"{name}"', json.dumps(file))
    (tmp_path / "program.mjs").write_text(program, encoding="utf-8")
    words = [NODE, str(tmp_path / "program.mjs"), *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("link", ORIGINAL)
def test_the_reference_gives_the_originals_numbers(link: str) -> None:
    experiment = Playground(f"{link}&seed=0.79032")
    for epoch, train, test in ORIGINAL[link]:
        experiment.train(epoch)
        assert experiment.losses() == pytest.approx((train, test), abs=WITHIN)


def test_exercises_and_settings_go_as_the_reference_does(tmp_path: Path) -> None:
    exercises = node(tmp_path, _EXERCISES)
    assert len(exercises) == 5
    links = [*exercises, *(f"{link}&seed=0.79032" for link in MORE)]
    found = node(tmp_path, _TRAIN, json.dumps([links, EPOCHS]))
    for link, studio in zip(links, found, strict=True):
        assert studio["problems"] == [], link
        experiment = Playground(link)
        for epoch, losses in zip(EPOCHS, studio["losses"], strict=True):
            experiment.train(epoch)
            wanted = pytest.approx(experiment.losses(), abs=WITHIN)
            assert tuple(losses) == wanted, (link, epoch)


def test_an_exercise_asks_and_is_answered_by_trying(visit: Open) -> None:
    page = visit("/playground?frozen=1")
    question = page.get_by_test_id("question")
    assert question.inner_text() == ""
    press(page, "exercise-3")
    assert "Which one setting is wrong?" in question.inner_text()
    assert page.get_by_test_id("exercise-3").get_attribute("aria-pressed") == "true"
    press(page, "step")
    assert lab(page)["train"]["loss"] == pytest.approx(0.825697, abs=WITHIN)
    page.get_by_test_id("learningRate").select_option("0.03")
    assert page.get_by_test_id("exercise-3").get_attribute("aria-pressed") == "false"
    assert "Which one" in question.inner_text()
    again = visit("/playground?frozen=1#" + page.url.partition("#")[2])
    assert again.get_by_test_id("question").inner_text() == ""
    press(page, "set-circle")
    assert question.inner_text() == ""
    page.get_by_test_id("problem").select_option("regression")
    press(page, "step")
    shown = page.get_by_test_id("scores").inner_text()
    assert "R²" in shown
    assert f"{lab(page)['train']['explained']:.3f}" in shown


def test_the_sum_of_a_neuron_follows_the_network(visit: Open) -> None:
    page = visit("/playground?frozen=1#problem=regression&activation=linear")
    for name in (
        "feature-x",
        "feature-y",
    ):  # a network that is given nothing still is one
        press(page, name)
    press(page, "step")
    assert lab(page)["train"]["explained"] == pytest.approx(0, abs=0.1)
    for name in ("feature-x", "feature-y"):
        press(page, name)
    press(page, "node-0-0")
    assert page.get_by_test_id("sum").inner_text().startswith("The sum of:")
    box = page.get_by_test_id("sum").locator("input").first
    first = box.input_value()
    press(page, "step")
    assert box.input_value() != first
    press(page, "back")
    assert box.input_value() == first
    before = lab(page)["train"]["loss"]
    box.fill("3")
    box.press("Enter")
    after = lab(page)["train"]["loss"]
    assert after != before
    assert f"{after:.3f}" in page.get_by_test_id("scores").inner_text()
