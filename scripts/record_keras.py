"""Records what pip's keras computes, for tests that run without it.

    KERAS_BACKEND=jax python scripts/record_keras.py losses metrics ...

Each topic is a module of `scripts/record` with `record(folder)`, which writes files
into tests/data. Without arguments all topics are recorded.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Runs the recorders of the topics named on the command line."""
    known = sorted(path.stem for path in (HERE / "record").glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topics", nargs="*", metavar="topic", help=", ".join(known))
    topics = parser.parse_args().topics or known
    unknown = [topic for topic in topics if topic not in known]
    if unknown:
        parser.error(f"unknown topics {unknown}; known: {', '.join(known)}")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    sys.path.insert(0, str(HERE))
    folder = HERE.parent / "tests" / "data"
    folder.mkdir(exist_ok=True)
    for topic in topics:
        print(f"recording {topic}")
        importlib.import_module(f"record.{topic}").record(folder)


if __name__ == "__main__":
    main()
