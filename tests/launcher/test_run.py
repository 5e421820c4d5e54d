"""A program under `saccade run` sees and says what it does in a plain run."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Launch = Callable[..., subprocess.CompletedProcess[str]]

FACTS = '''"""The program's docstring."""
import json, os, pickle, sys
import __main__

class Thing:
    def __init__(self): self.x = 1

def report():
    main = sys.modules["__main__"]
    return {
        "argv": sys.argv, "path0": sys.path[0], "file": __file__, "name": __name__,
        "doc": __doc__, "package": __package__, "spec": __spec__, "cached": __cached__,
        "loader": type(__loader__).__name__, "globals": sorted(globals()),
        "builtins": type(__builtins__).__name__, "annotations": __annotations__,
        "same": main.__dict__ is globals() and __main__ is main,
        "pickled": pickle.loads(pickle.dumps(Thing())).x,
        "stdin": sys.stdin.read(), "argv0": type(sys.argv[0] + "").__name__,
        "cwd": os.getcwd(), "source": __import__("inspect").getsource(Thing)[:5],
        "sibling": __import__("sibling").VALUE,
    }

print(json.dumps(report(), indent=1))
'''

PROGRAMS = {
    "facts": FACTS,
    "return": "print('fine')\n",
    "exit_number": "import sys\nprint('out')\nsys.exit(3)\n",
    "exit_text": "import sys\nsys.exit('that was wrong')\n",
    "exit_nothing": "raise SystemExit\n",
    "exit_true": "raise SystemExit(True)\n",
    "os_exit": "import os\nos._exit(9)\n",
    "error": "def f(x):\n    return 1 / x\n\n\nprint('before')\nf(\n    0\n)\n",
    "chained": (
        "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from e\n"
    ),
    "noted": "e = ValueError('v')\ne.add_note('look here')\nraise e\n",
    "group": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\n",
    "syntax": "x = 1\ny = = 2\n",
    "indentation": "if True:\nprint(1)\n",
    "interrupted": "raise KeyboardInterrupt\n",
    "latin": "# -*- coding: latin-1 -*-\nprint(ascii('\xe9'))\n".encode("latin-1"),
    "utf8_mark": b"\xef\xbb\xbfprint('mark')\n",
    "crlf": b"x = '''a\r\nb'''\r\nprint(ascii(x))\r\n",
    "future": (
        "from __future__ import annotations\ndef f(x: nowhere): ...\nprint(f)\n"
    ).replace("print(f)", "print(f.__annotations__)"),
    "no_future": "def f(x: int): ...\nprint(f.__annotations__)\n",
    "own_hook": (
        "import sys\nsys.excepthook = lambda k, e, t: print(k.__name__, e, "
        "t.tb_lineno, t.tb_frame.f_code.co_name)\n\n1 / 0\n"
    ),
    "at_exit": (
        "import atexit\nword = 'still here'\natexit.register(lambda: print(word))\n"
        "raise ValueError('x')\n"
    ),
    "thread": (
        "import threading\ndef f():\n    print('late', word)\nword = 1\n"
        "threading.Timer(0.05, f).start()\n"
    ),
    "warns": "import warnings\nwarnings.warn('old', DeprecationWarning)\n",
    "dataclass": (
        "from dataclasses import dataclass\nimport typing\n@dataclass\nclass A:\n"
        "    x: 'int' = 1\nprint(A(), typing.get_type_hints(A))\n"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_is_like_a_plain_run(
    name: str, tmp_path: Path, launch: Launch, plain: Launch
) -> None:
    source = PROGRAMS[name]
    program = tmp_path / "program.py"
    program.write_bytes(source if isinstance(source, bytes) else source.encode())
    (tmp_path / "sibling.py").write_text("VALUE = 5\n")
    words = ["--epochs", "2", "-h", "--", "a b"]

    expected = plain(str(program), *words, input="typed\n")
    got = launch(program, *words, input="typed\n")

    assert got.stdout == expected.stdout
    assert got.stderr == expected.stderr
    assert got.returncode == expected.returncode


def test_relative_paths_and_links_are_those_of_a_plain_run(
    tmp_path: Path, launch: Launch, plain: Launch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "program.py").write_text(
        "import sys\nprint(sys.argv, __file__, sys.path[0])\nraise ValueError('x')\n"
    )
    (tmp_path / "link.py").symlink_to(folder / "program.py")
    for path in ("folder/program.py", "./link.py"):
        expected = plain(path, cwd=tmp_path)
        got = launch(path, cwd=tmp_path)
        assert (got.stdout, got.stderr) == (expected.stdout, expected.stderr)


def test_bytes_of_no_encoding_are_a_syntax_error(
    tmp_path: Path, launch: Launch
) -> None:
    program = tmp_path / "program.py"
    program.write_bytes(b"x = 1\nx = '\xff'\n")
    ended = launch(program)
    assert ended.returncode == 1
    assert "SyntaxError: (unicode error) 'utf-8' codec can't decode" in ended.stderr
    assert "saccade" not in ended.stderr


def test_the_command_behaves_as_the_module_does(tmp_path: Path, plain: Launch) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys\nprint(sys.path[0])\nraise KeyError('k')\n")
    call = (
        "import sys; from saccade.cli import main; "
        f"sys.argv = ['saccade', 'run', {str(program)!r}]; sys.exit(main())"
    )
    expected = plain(str(program))
    got = plain("-c", call)
    assert (got.stdout, got.stderr) == (expected.stdout, expected.stderr)
    assert got.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_an_interrupt_ends_it_as_it_ends_a_plain_run(
    tmp_path: Path, launch: Launch
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(30)\n"
    )
    ended = launch(program)
    assert ended.returncode == -signal.SIGINT  # a shell shows it as 130
    assert ended.stderr.endswith("KeyboardInterrupt\n")
    assert "saccade" not in ended.stderr


def test_a_spawned_process_has_the_aliases(tmp_path: Path, launch: Launch) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, sys\n"
        "import tensorflow as tf\n"
        "def work(n):\n"
        "    return n + 1, tf.version.GIT_VERSION, type(sys.argv[0] + '').__name__\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(work, [1]))\n"
    )
    ended = launch(program)
    assert ended.stderr == ""
    assert ended.stdout.startswith("[(2, 'saccade ")


def test_an_import_error_begins_at_the_programs_line(
    tmp_path: Path, launch: Launch
) -> None:
    program = tmp_path / "program.py"
    program.write_text("import os\n\nfrom tensorflow.contrib import slim\n")
    lines = launch(program).stderr.splitlines()
    assert lines[1] == f'  File "{program}", line 3, in <module>'
    assert lines[2] == "    from tensorflow.contrib import slim"
    assert lines[-2:] == [
        "saccade.launcher._errors.UnavailableImportError: tf.contrib: this is "
        "TensorFlow's own and not part of saccade.",
        "Fix: programs of TensorFlow 1 (graphs and sessions) are not supported.",
    ]
    assert not any("importlib" in line for line in lines)
