"""The programs are run by the tests; they are no tests themselves."""

from pathlib import Path

collect_ignore = [
    path.name
    for path in Path(__file__).parent.glob("*.py")
    if not path.name.startswith("test_")
]
