"""What is set before JAX starts, and the compilation cache."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import numpy as np
import pytest

from saccade.core import _runtime


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_flag_is_appended_to_what_the_user_set():
    code = "import os, saccade; print(os.environ['XLA_FLAGS'])"
    done = run(code, XLA_FLAGS="--xla_cpu_enable_fast_math=false")
    assert done.stdout.split() == [
        "--xla_cpu_enable_fast_math=false",
        _runtime.YNNPACK_FLAG,
    ]


def test_the_users_own_choice_of_the_flag_stays():
    own = _runtime.YNNPACK_FLAG + "LIBRARY_FUSION_TYPE_REDUCE"
    done = run("import os, saccade; print(os.environ['XLA_FLAGS'])", XLA_FLAGS=own)
    assert done.stdout.strip() == own


def test_a_running_jax_is_told():
    code = "import jax; jax.devices(); import saccade"
    done = run(code, XLA_FLAGS="")
    assert "Import saccade first" in done.stderr


def test_programs_on_a_processor_begin_where_they_are_called():
    code = """
import threading, time
import jax, jax.numpy as jnp
import saccade.layers
AFTER
x = jnp.ones((700, 700))
work = jax.jit(lambda x: jax.lax.fori_loop(0, 20, lambda i, y: y @ x * 1e-3, x))
work(x).block_until_ready()
ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        time.sleep(0.001)
threading.Thread(target=tick, daemon=True).start()
begin = time.perf_counter()
y = work(x)
called = time.perf_counter() - begin
seen = ticks
y.block_until_ready()
whole = time.perf_counter() - begin
print(called > whole / 2, seen > 2)
"""
    # Other threads of Python go on meanwhile.
    assert run(code.replace("AFTER", "")).stdout.split() == ["True", "True"]
    other = "jax.config.update('jax_cpu_enable_async_dispatch', True)"
    assert run(code.replace("AFTER", other)).stdout.split()[0] == "False"


def test_the_gpu_is_not_filled_unless_asked():
    code = "import os, saccade; print(os.environ['XLA_PYTHON_CLIENT_PREALLOCATE'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            k: v for k, v in os.environ.items() if k != "XLA_PYTHON_CLIENT_PREALLOCATE"
        },
    )
    assert done.stdout.strip() == "false"
    assert run(code, XLA_PYTHON_CLIENT_PREALLOCATE="true").stdout.strip() == "true"


@pytest.mark.parametrize("n", [32769, 16385, 33000])
def test_jit_agrees_with_numpy_where_the_fault_showed(n):
    """A matrix times each row, squared and summed: jax issue 39103 lost the tail."""
    import jax
    import jax.numpy as jnp

    rows = np.zeros((n, 3), np.float32)
    rows[:, 0] = np.arange(n)
    identity = jnp.eye(3)

    @jax.jit
    def square_lengths(rows):
        return jax.vmap(lambda row: jnp.sum(jnp.square(identity @ row)))(rows)

    np.testing.assert_array_equal(square_lengths(rows), rows[:, 0] ** 2)


def test_a_product_of_seven_axes_does_not_crash():
    """Jax issue 40412: a reduction over seven axes, one of length 1, crashed."""
    code = (
        "import saccade, jax, jax.numpy as jnp\n"
        "a = jnp.ones((3, 1, 2, 2, 8, 8, 8))\n"
        "print(float(jax.jit(lambda a: (a * a).sum(axis=3))(a).max()))"
    )
    done = run(code, XLA_FLAGS="")
    assert done.stdout.strip() == "2.0", done.stderr


def test_the_cache_is_private_and_can_be_turned_off(tmp_path):
    code = (
        "import saccade, jax, jax.numpy as jnp\n"
        "from saccade.core import _runtime\n"
        "_runtime.enable_cache()\n"
        "jax.jit(lambda x: jnp.sin(x) * 2)(jnp.ones(3)).block_until_ready()\n"
        "print(jax.config.jax_compilation_cache_dir)"
    )
    done = run(code, SACCADE_CACHE=str(tmp_path / "cache"))
    folder = done.stdout.strip()
    assert folder.startswith(str(tmp_path))
    assert os.listdir(folder)
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert run(code, SACCADE_CACHE="off").stdout.strip() == "None"


def test_a_cache_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    code = "import saccade; from saccade.core import _runtime; _runtime.enable_cache()"
    done = run(code, SACCADE_CACHE=str(tmp_path / "file"))
    assert "keeps no compiled programs" in done.stderr


def test_the_cache_is_bounded_and_keeps_what_was_used_last(tmp_path):
    for number in range(5):
        path = tmp_path / f"program{number}"
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    _runtime._bound_size(tmp_path, 250)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["program3", "program4"]
