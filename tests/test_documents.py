"""The README's program and the examples run as they stand."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(arguments: list[str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_programs_in_the_readme_run(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert programs
    for number, program in enumerate(programs):
        (tmp_path / f"program{number}.py").write_text(program, encoding="utf-8")
        out = run([f"program{number}.py"], tmp_path)
        assert "Epoch 10/10" in out
    assert (tmp_path / "digits.weights.h5").exists()


def test_the_demo_writes_what_the_readme_says(tmp_path):
    pytest.importorskip("matplotlib")
    example = str(ROOT / "examples" / "lenet_digits.py")
    out = run([example, "--out", str(tmp_path / "demo"), "--epochs", "12"], tmp_path)
    accuracy = float(re.search(r"Test accuracy: ([\d.]+)", out)[1])
    assert accuracy >= 0.96
    assert {p.name for p in (tmp_path / "demo").iterdir()} == {
        "curves.png",
        "lenet5.weights.h5",
        "predictions.png",
    }


def test_the_examples_in_the_guides_are_right():
    for guide in ROOT.glob("docs/guides/*.md"):
        failed, _ = doctest.testfile(str(guide), module_relative=False)
        assert not failed, guide.name


def test_links_in_the_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        text = document.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document.name}: {link}"
