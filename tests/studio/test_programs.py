"""The playground's downloaded programs train the networks that they were made from."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import saccade

NODE = shutil.which("node")
LIB = Path(saccade.__file__).parent / "studio" / "static" / "lib" / "playground"
EPOCHS = 8
CASES = (
    "dataset=xor&optimizer=momentum&learningRate=0.01&sinX=true",
    "loss=cross-entropy&optimizer=rmsprop&learningRate=0.003&activation=relu",
    "dataset=clouds3&optimizer=adam&learningRate=0.01&networkShape=5",
    "problem=regression&regDataset=reg-gauss&networkShape=4",
    "dataset=xor&activation=gelu&networkShape=4,3",
    "dataset=xor&activation=leaky_relu&networkShape=3",
    "activation=selu&networkShape=3",
)
MAKE = """
import * as lab from "LIB/experiment.js";
import { kerasProgram } from "LIB/program.js";
import { readSettings } from "LIB/state.js";
const [epochs, ...cases] = process.argv.slice(2);
console.log(JSON.stringify(cases.map((hash) => {
  const experiment = lab.start(readSettings(`#${hash}&seed=0.79032`).settings);
  const program = kerasProgram(experiment, hash, Number(epochs));
  while (experiment.epoch < Number(epochs)) lab.advance(experiment);
  return { program, loss: lab.scores(experiment).train.loss };
})));
"""


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_programs_end_at_the_losses_of_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "make.mjs"
    file.write_text(MAKE.replace("LIB", LIB.as_uri()), encoding="utf-8")
    done = subprocess.run(
        [str(NODE), str(file), str(EPOCHS), *CASES],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for case, made in zip(CASES, json.loads(done.stdout), strict=True):
        program = made["program"].replace("import keras", "import saccade as keras")
        exec(compile(program, case, "exec"), {"__name__": "program"})
        said = capsys.readouterr().out.rpartition("train ")[2]
        results = ast.literal_eval(said.strip())
        assert results["loss"] == pytest.approx(made["loss"], rel=2e-4), case
