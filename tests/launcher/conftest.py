"""Runs small programs in processes of their own, as a user does."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from saccade.launcher import _arrays, _tensorflow

Launch = Callable[..., subprocess.CompletedProcess[str]]


def run_process(
    *words: str, env_extra: dict[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "SACCADE_CACHE": "off"}
    environment.update(env_extra or {})
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
        **options,
    )


@pytest.fixture(scope="session")
def launch() -> Launch:
    """Runs `saccade run program arguments...`."""

    def call(
        program: Path | str, *arguments: str, **options: object
    ) -> subprocess.CompletedProcess[str]:
        words = ["-m", "saccade", "run", str(program), *arguments]
        return run_process(*words, **options)

    return call


@pytest.fixture(scope="session")
def plain() -> Launch:
    """Runs `python words...`."""
    return run_process


@pytest.fixture
def tf() -> Iterator[ModuleType]:
    """The shim alone, without its aliases."""
    keras = ModuleType("keras")
    keras.optimizers = ModuleType("keras.optimizers")
    yield _tensorflow.make_tensorflow(keras)["tensorflow"]
    _arrays.remove_numpy_method()
