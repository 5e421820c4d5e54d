"""Stops early, with advice, where saccade cannot be installed."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - run by any Python
    sys.exit(
        f"saccade needs Python 3.11 or newer, this is {sys.version.split()[0]}.\n"
        "Fix: make PYTHON=python3.12 demo"
    )
try:
    import ensurepip  # noqa: F401
    import venv  # noqa: F401
except ModuleNotFoundError:
    sys.exit(
        "This Python cannot make virtual environments.\n"
        "Fix: install its venv package, for example: apt-get install python3-venv"
    )
