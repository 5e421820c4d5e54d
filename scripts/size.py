"""Keeps modules and functions small: fails on any over the budget."""

import ast
import sys
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 60
ROOT = Path(__file__).resolve().parent.parent / "src"
# Doors: lists of names and nothing else.
DOORS = {"saccade/ops/__init__.py", "saccade/ops/numpy.py"}
# A class that is Keras' whole public surface in one place; each method is small.
ALLOWED = {
    "saccade/layers/_layer.py": "Layer is one class by Keras' API",
    "saccade/models/_trainer.py": "compile, fit, evaluate, predict by Keras' API",
}


def code_lines(lines: list[str], docstrings: set[int]) -> int:
    """Counts lines that are neither empty, comments nor docstrings."""
    return sum(
        1
        for number, line in enumerate(lines, 1)
        if line.strip()
        and not line.lstrip().startswith("#")
        and number not in docstrings
    )


def docstring_lines(tree: ast.Module) -> set[int]:
    """Returns the numbers of the lines that belong to docstrings."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(
            node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        ):
            continue
        first = node.body[0] if node.body else None
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            found.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return found


def check(path: Path) -> list[str]:
    """Returns what is too long in one module."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    docs = docstring_lines(tree)
    lines = text.splitlines()
    name = path.relative_to(ROOT).as_posix()
    problems = []
    total = code_lines(lines, docs)
    if total > MODULE_LINES and name not in {*ALLOWED, *DOORS}:
        problems.append(f"{name}: {total} lines of code, at most {MODULE_LINES}")
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        inside = code_lines([lines[i - 1] for i in span if i not in docs], set())
        if inside > FUNCTION_LINES:
            problems.append(
                f"{name}:{node.lineno} {node.name}: {inside} lines, at most "
                f"{FUNCTION_LINES}"
            )
    return problems


def main() -> int:
    """Checks every module of the library."""
    problems = [p for path in sorted(ROOT.rglob("*.py")) for p in check(path)]
    print("\n".join(problems) or "sizes: all modules and functions within budget")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
