"""Records what TensorFlow makes of the programs in tests/programs.

    python scripts/record_programs.py PYTHON > tests/data/tensorflow_programs.json

PYTHON is an interpreter that has TensorFlow.
"""

import json
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).parents[1] / "tests" / "programs"
HELPERS = ("common", "conftest")


def main(python: str) -> None:
    """Writes the numbers that each program reports as JSON."""
    found: dict[str, dict[str, list[float]]] = {}
    for path in sorted(PROGRAMS.glob("*.py")):
        if path.stem in HELPERS or path.stem.startswith("test_"):
            continue
        ended = subprocess.run(
            [python, str(path)], capture_output=True, text=True, check=True
        )
        lines = [x for x in ended.stdout.splitlines() if x.startswith("RESULT ")]
        found[path.stem] = {
            name: [float(f"{value:.7g}") for value in values]
            for name, values in json.loads(lines[-1].removeprefix("RESULT ")).items()
        }
    rows = [f"{json.dumps(name)}: {json.dumps(found[name])}" for name in found]
    sys.stdout.write("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1])
