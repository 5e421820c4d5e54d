"""Dependencies point one way, and importing is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import saccade

ROOT = Path(saccade.__file__).parent

# A package may import packages of a lower level, and itself.
LEVELS = {
    "core": 0,
    "kernels": 1,
    "saving": 1,
    "tree": 1,
    "runs": 2,
    "ops": 2,
    "dtype_policies": 3,
    "random": 3,
    "activations": 3,
    "initializers": 3,
    "regularizers": 3,
    "constraints": 3,
    "losses": 4,
    "metrics": 5,
    "optimizers": 5,
    "layers": 5.5,
    "data": 5,
    "utils": 6,
    "preprocessing": 7,
    "callbacks": 7,
    "engine": 8,
    "export": 8,
    "models": 9,
    "datasets": 9,
    "visualization": 9,
    "backend": 9,
    "config": 9,
    "mixed_precision": 9,
    "launcher": 10,
    "wrappers": 10,
    "distillation": 10,
    "report": 10,
    "explain": 10,
    "studio": 12,
    "recipes": 11,
    "cli": 13,
}
# Only these may import the named third-party package.
THIRD_PARTY = {
    "h5py": {"saving"},
    "PIL": {"datasets", "utils", "data", "report", "explain"},
    "matplotlib": {"visualization", "explain"},
    "pandas": set(),
    "polars": set(),
    "sklearn": set(),
    "tensorflow": set(),
    "torch": set(),
    "keras": set(),
    "optax": set(),
    "starlette": {"studio"},
    "uvicorn": {"studio"},
}


def package_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[str, int]]:
    """Absolute names of the modules that a file imports outside TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in node.body
        for inner in ast.walk(child)
    }
    parts = ("saccade", *path.relative_to(ROOT).with_suffix("").parts)
    found = []
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*parts[: -node.level], base]).rstrip(".")
            if base == "saccade":
                found += [(f"saccade.{a.name}", node.lineno) for a in node.names]
            else:
                found.append((base, node.lineno))
    return found


FILES = [p for p in sorted(ROOT.rglob("*.py")) if p.parent != ROOT or p.stem in LEVELS]


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_imports_point_down(path):
    package = package_of(path)
    assert package in LEVELS, f"{package} has no level: add it to this test"
    wrong = []
    for name, line in imported(path):
        if not name.startswith("saccade."):
            continue
        target = name.split(".")[1]
        if (
            target in LEVELS
            and target != package
            and (LEVELS[target] >= LEVELS[package])
        ):
            wrong.append(f"line {line}: {package} imports {target}")
    assert not wrong, wrong


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_third_party_packages_stay_in_their_place(path):
    wrong = [
        f"line {line}: {name}"
        for name, line in imported(path)
        if name.split(".")[0] in THIRD_PARTY
        and package_of(path) not in THIRD_PARTY[name.split(".")[0]]
    ]
    assert not wrong, wrong


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_saccade_loads_no_jax():
    assert run("import sys, saccade; print('jax' in sys.modules)") == "False"


def test_a_first_fit_loads_nothing_that_it_does_not_need():
    code = (
        "import sys, numpy as np, saccade as keras\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)\n"
        "slow = {'jax.extend', 'numpy.typing', 'urllib.request', 'tarfile', 'h5py'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    assert run(code) == "[]"


def test_a_first_fit_compiles_one_program():
    code = (
        "import numpy as np, saccade as keras\n"
        "from jax import monitoring\n"
        "found = []\n"
        "def note(event, seconds, **more):\n"
        "    if event.endswith('backend_compile_duration'):\n"
        "        found.append(more.get('fun_name'))\n"
        "monitoring.register_event_duration_secs_listener(note)\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
        "model.compile('adam', 'mse', metrics=['mae'])\n"
        "model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=2, verbose=0)\n"
        "print(found)"
    )
    assert run(code) == "['jit(saccade_train_resident)']"


def test_the_collector_is_as_it_was_after_loading():
    code = (
        "import gc, saccade\n"
        "on = [gc.isenabled()]\n"
        "saccade.Sequential\n"
        "on.append(gc.isenabled())\n"
        "gc.disable(); saccade.explain; on.append(gc.isenabled())\n"
        "print(on)"
    )
    assert run(code) == "[True, True, False]"


def test_importing_everything_starts_no_device_and_loads_no_optional_package():
    code = (
        "import sys, saccade\n"
        "from saccade import layers, models, losses, metrics, optimizers, callbacks\n"
        "from saccade import utils, datasets, activations, initializers, explain\n"
        "from jax._src import xla_bridge\n"
        "heavy = {'pandas', 'matplotlib', 'sklearn', 'h5py', 'PIL', 'rich', 'scipy'}\n"
        "print(bool(xla_bridge._backends), sorted(heavy & set(sys.modules)))"
    )
    assert run(code) == "False []"


def test_unknown_names_of_the_door_give_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'layers'"):
        saccade.layrs  # noqa: B018
