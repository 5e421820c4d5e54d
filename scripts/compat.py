"""Compares saccade's names with Keras' and writes docs/compat.md.

`python scripts/compat.py` writes the table from tests/data/keras_api.json;
`python scripts/compat.py --check` only says whether it is current;
`python scripts/compat.py --record GRADES.md` records the names anew, from an installed
Keras and a list of grades;
`python scripts/compat.py --results REPORT.json` takes in counts of a run of Keras' own
tests: {"areas": {AREA: {"public": {"passed": 3, "denominator": 4}}}}. The reasons for
those that do not pass are written into tests/conformance/results.json by hand.
"""

import argparse
import contextlib
import importlib
import inspect
import json
import re
import sys
from pathlib import Path

from saccade.core._refused import why_refused

ROOT = Path(__file__).resolve().parent.parent
NAMES = ROOT / "tests" / "data" / "keras_api.json"
RESULTS = ROOT / "tests" / "conformance" / "results.json"
TABLE = ROOT / "docs" / "compat.md"


def record(grades: Path) -> None:
    """Writes names, kinds, signatures and grades of Keras to tests/data."""
    text = grades.read_text(encoding="utf-8")
    section = text.split("## 2. Symbols")[1].split("## 3.")[0]
    found: dict[str, dict[str, dict[str, str]]] = {}
    namespace = ""
    for line in section.splitlines():
        head = re.match(r"\*\*(keras[\w.]*)\*\*", line)
        if head:
            namespace = head.group(1)
        row = re.match(r"- (CORE|CV|OUT) \(\d+\): (.*)", line)
        if row:
            for name in re.split(r"[,/] ?", row.group(2)):
                entry = _describe(namespace, name.strip(), row.group(1))
                found.setdefault(namespace, {})[name.strip()] = entry
    for place in ("nn", "numpy", "linalg"):
        module = importlib.import_module(f"keras.ops.{place}")
        known = found["keras.ops"]
        found[f"keras.ops.{place}"] = {
            name: _describe(f"keras.ops.{place}", name, known[name]["grade"])
            for name in dir(module)
            if name in known
        }
    NAMES.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", "utf-8")


def _describe(namespace: str, name: str, grade: str) -> dict[str, str]:
    thing = getattr(importlib.import_module(namespace), name, None)
    kind = "class" if inspect.isclass(thing) else "function"
    entry = {"grade": grade, "kind": kind if callable(thing) else "value"}
    if callable(thing):
        target = thing.__init__ if inspect.isclass(thing) else thing
        with contextlib.suppress(ValueError):  # Built in: it has no signature.
            entry["signature"] = re.sub(
                r"<[^>]*>", "...", str(inspect.signature(target))
            )
    return entry


def state(namespace: str, name: str, grade: str) -> tuple[str, str]:
    """Returns 'done', 'planned' or 'refused', and why."""
    place = namespace.replace("keras", "saccade", 1)
    try:
        thing = getattr(importlib.import_module(place), name, None)
    except ModuleNotFoundError:
        thing = None
    if thing is not None:
        return "done", ""
    if grade != "OUT":
        return "planned", ""
    why = why_refused(namespace, name)
    return "refused", "not used in computer vision" if why is None else why[0]


def render() -> str:
    """Builds the text of docs/compat.md."""
    names = json.loads(NAMES.read_text(encoding="utf-8"))
    rows: list[str] = []
    totals = {"done": 0, "planned": 0, "refused": 0}
    for namespace, entries in sorted(names.items()):
        parts: dict[tuple[str, str], list[str]] = {}
        for name, entry in sorted(entries.items()):
            key = state(namespace, name, entry["grade"])
            totals[key[0]] += 1
            parts.setdefault(key, []).append(name)
        done = len(parts.get(("done", ""), []))
        rows += ["", f"## {namespace}: {done} of {len(entries)}", ""]
        for (what, why), group in sorted(parts.items()):
            because = f" ({why})" if why else ""
            listed = ", ".join(f"`{name}`" for name in group)
            rows.append(f"- {what}{because}: {listed}")
    counts = ", ".join(f"{number} {what}" for what, number in totals.items())
    head = [
        "# Names of Keras, and which are here",
        "",
        "Written by `python scripts/compat.py`; every public name of Keras 3.15.",
        "A test keeps it current, and compares the signatures.",
        "",
        f"In all: {counts}.",
    ]
    return "\n".join([*head, *conformance(), *rows]) + "\n"


def take_in(report: Path) -> None:
    """Puts the counts of a run of Keras' tests in the place of those stored."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    areas = json.loads(report.read_text(encoding="utf-8"))["areas"]
    for area, counts in areas.items():
        entry = stored.setdefault(area, {"rest": []})
        entry["passed"] = counts["public"].get("passed", 0)
        entry["total"] = counts["public"]["denominator"]
    text = json.dumps(dict(sorted(stored.items())), indent=1, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def conformance() -> list[str]:
    """The lines on Keras' own tests: counts for each area, and why not all pass."""
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [
        "",
        "## Keras' own tests",
        "",
        "Tests of public behaviour of Keras 3.15.1, run on saccade. Left out: tests",
        "of Keras' internals, quantization, other backends, and those that fail with",
        "Keras itself.",
        "",
        "| area | pass | of | % | the rest |",
        "|---|---:|---:|---:|---|",
    ]
    for area, entry in sorted(stored.items()):
        why = "; ".join(f"{part['tests']}: {part['why']}" for part in entry["rest"])
        share = 100 * entry["passed"] / entry["total"]
        rows.append(
            f"| {area} | {entry['passed']} | {entry['total']} | {share:.1f} | {why} |"
        )
    return rows


def main() -> int:
    """Records, checks or writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--record", type=Path, help="a list of grades")
    parser.add_argument("--results", type=Path, help="a report of Keras' tests")
    options = parser.parse_args()
    if options.record:
        record(options.record)
    if options.results:
        take_in(options.results)
    text = render()
    if options.check:
        current = TABLE.exists() and TABLE.read_text(encoding="utf-8") == text
        print("docs/compat.md is current" if current else "docs/compat.md is old")
        return not current
    TABLE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
