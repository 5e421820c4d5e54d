"""`%load_ext saccade` in IPython."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Launch = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = """
import json
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()

def cell(text):
    result = shell.run_cell(text)
    return repr(result.result if result.success else result.error_in_exec)

print("ANSWERS", json.dumps([
    cell("%load_ext saccade"),
    cell("from tensorflow import keras\\nimport tensorflow as tf\\nimport saccade\\n"
         "keras.config is saccade.config, tf.version.GIT_VERSION[:7]"),
    cell("%load_ext saccade"),
    cell("tf.while_loop"),
    cell("%unload_ext saccade"),
    cell("import sys; [m for m in sys.modules if m.partition('.')[0] == 'tensorflow']"),
]))
"""


def test_load_ext_gives_the_aliases(tmp_path: Path, plain: Launch) -> None:
    pytest.importorskip("IPython")
    program = tmp_path / "notebook.py"
    program.write_text(PROGRAM)
    ended = plain(str(program), env_extra={"IPYTHONDIR": str(tmp_path)})
    assert ended.returncode == 0, ended.stderr
    line = next(x for x in ended.stdout.splitlines() if x.startswith("ANSWERS "))
    answers = json.loads(line.removeprefix("ANSWERS "))
    assert answers[:3] == ["None", "(True, 'saccade')", "None"]
    assert "UnavailableNameError" in answers[3]
    assert "tf.while_loop: this is TensorFlow's own" in answers[3]
    assert answers[4:] == ["None", "[]"]
