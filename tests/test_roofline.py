"""The limits of a training step, and the page that shows them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import roofline, roofline_page, summary, tables
from benchmarks.cases import ALL
from benchmarks.cases._kinds import Training, flops

CASES = [case for case in ALL.values() if isinstance(case, Training)]


@pytest.fixture
def report() -> summary.Facts:
    """A machine of 100 GFLOP/s, on which saccade reaches half of softmax's limit."""
    softmax = ALL["softmax"]
    assert isinstance(softmax, Training)
    rate, copies = 100e9, {2**18: 100e9, 2**26: 10e9}
    least = sum(work.seconds(rate, copies) for work in roofline.step(softmax))

    def row(peer: str, seconds: float) -> summary.Facts:
        return {"peer": peer, "median": seconds * 10}

    return {
        "machine": {
            "processor": "a processor",
            "sgemm_gflops": {"numpy": 100.0, "jax": 90.0},
            "copy_gb_per_s": {str(n): speed / 1e9 for n, speed in copies.items()},
        },
        "threads": 2,
        "cases": {
            "softmax": {
                "steps": 10,
                "rows": {
                    "saccade": row("saccade", least * 2),
                    "keras-jax": row("keras-jax", least * 9),
                    "keras-jax x32": row("keras-jax", least * 4),
                },
            },
            "imports": {"rows": {}},
        },
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_operations_hold_the_arithmetic_of_the_case(case):
    works = roofline.step(case)
    assert sum(work.flop for work in works) == flops(case) * case.batch
    assert all(work.bytes > 0 for work in works)


def test_a_dense_layer_reads_its_weights_and_moves_its_numbers():
    works = {work.name: work for work in roofline.step(ALL["softmax"])}
    forward = works["dense forward"]
    assert forward.flop == 2 * 32 * 784 * 10
    assert forward.bytes == 4 * (32 * 784 + 32 * 10 + 784 * 10)
    assert works["update"].bytes == 3 * 4 * 7850
    assert "dense to input" not in works  # pictures need no gradient


def test_an_operation_takes_the_longer_of_two_times():
    copies = {1000: 10.0, 10**6: 1.0}
    assert roofline.Work("", 500, 100).seconds(peak=10, copies=copies) == 50
    assert roofline.Work("", 500, 2000).seconds(peak=10, copies=copies) == 2000


def test_the_table_names_the_share_and_the_best_peer(report):
    (limit,) = roofline.limits(report)
    assert limit.reached["keras-jax"] == pytest.approx(4 * limit.seconds)
    text = roofline_page.section(report)
    assert "a processor, 2 threads. Peak: 100 GFLOP/s" in text
    assert "10 GB/s of 64 MiB" in text
    cells = [cell.strip() for cell in text.splitlines()[4].split("|")]
    assert cells[6] == "50%"
    assert cells[8] == "Keras on JAX"


def test_the_picture_is_drawn_where_the_machine_was_measured(report, tmp_path):
    pytest.importorskip("matplotlib")
    roofline_page.draw(report, tmp_path)
    assert (tmp_path / roofline_page.PICTURE).stat().st_size > 10_000
    del report["machine"]["copy_gb_per_s"]
    assert "Not measured yet" in roofline_page.section(report)


def test_the_page_shows_the_newest_results():
    newest = summary.newest()
    if newest is None:
        pytest.skip("no results are stored")
    text = tables.PERFORMANCE.read_text(encoding="utf-8")
    assert text == roofline_page.with_roofline(text, newest)
