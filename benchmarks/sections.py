"""Renders each case's results as Markdown."""

from __future__ import annotations

from statistics import median

from . import peers, reading
from .growth_sections import growth
from .summary import Facts, times_sooner
from .targets import best, gflops, title, verdicts
from .text import duration, span, table


def sections(report: Facts) -> list[str]:
    """Returns one part for each case, and what became of the promises."""
    parts = []
    for found in report["cases"].values():
        parts.append(f"## {found['title'][0].upper()}{found['title'][1:]}")
        if "measured" in found:
            parts.append(f"Measured by itself: {found['measured']}.")
        if "steps" in found:
            parts += _training(found)
        elif "inference" in found:
            parts += _inference(found)
        elif "growth" in found:
            parts += growth(found)
        elif "startup" in found:
            parts += _startup(found)
        elif "programs" in found:
            parts.append(_programs(found))
        elif "limit_s" in found:
            parts.append(_imports(found))
        elif "reading" in found:
            parts += _reading(found)
        else:
            parts.append(_memory(found))
        if found.get("failed"):
            parts.append(_failed(found["failed"]))
    if judged := verdicts(report):
        rows = [
            [v.case, v.promise, v.measured, "yes" if v.met else "NO"] for v in judged
        ]
        parts += ["## Promises", table(["case", "promise", "measured", "kept"], rows)]
    return parts


def _failed(failed: dict[str, str]) -> str:
    reasons = [f"- failed: {name}: `{why}`" for name, why in failed.items()]
    return "\n".join(reasons)


def _training(found: Facts) -> list[str]:
    ours = best(found["rows"], "saccade")
    rows = []
    for row in found["rows"].values():
        rows.append(
            [
                title(row),
                duration(row["median"]),
                span(row),
                duration(row["median"] / found["steps"]),
                f"{times_sooner(ours, row):.2f}" if ours else "",
                *_arithmetic(found, row),
                duration(row["cpu_min"]),
                duration(row["first_epoch_s"]),
                duration(row["import_s"] + row["build_s"]),
                f"{row['loss']:.4f}",
                f"{row['accuracy']:.4f}",
            ]
        )
    head = ["", "epoch", "range", "step", "x saccade"]
    head += ["GFLOP/s", "of the peak"] if found.get("peak_gflops") else []
    head += ["processor", "first epoch", "import, build", "loss", "accuracy"]
    first = (
        f"{found['parameters']:,} parameters, {found['pictures']:,} pictures: "
        f"{found['steps']:,} steps an epoch. The first epoch includes "
        "compiling;\nprocessor: the least processor time of an epoch, over all threads."
    )
    if found.get("peak_gflops"):
        first += (
            f"\nArithmetic: {found['flops'] / 1e6:.3g} MFLOP a picture, forward and "
            f"backward; the peak: {found['peak_gflops']:.0f} GFLOP/s."
        )
    return [first, table(head, rows)]


def _arithmetic(found: Facts, row: Facts) -> list[str]:
    """Returns GFLOP/s and their share of the peak, if that was measured."""
    if not found.get("peak_gflops"):
        return []
    reached = gflops(found, row)
    return [f"{reached:.3g}", f"{reached / found['peak_gflops']:.0%}"]


def _inference(found: Facts) -> list[str]:
    parts = []
    for batch in found["inference"]:
        rows = [row for row in found["rows"].values() if row["batch"] == batch]
        ours = [row for row in rows if row["peer"] == "saccade"]
        quickest = min(ours, key=lambda row: row["median"], default=None)
        lines = [
            [
                f"{title(row)}: {row['way']}",
                duration(row["median"], fine=True),
                f"{duration(row['min'], fine=True)} to "
                f"{duration(row['max'], fine=True)}",
                f"{times_sooner(quickest, row):.2f}" if quickest else "",
                f"{found['flops'] * batch / row['median'] / 1e9:.3g}",
                "" if row["difference"] is None else f"{row['difference']:.1e}",
            ]
            for row in rows
        ]
        head = [f"batch {batch:,}", "a call", "range", "x saccade's best"]
        parts.append(table([*head, "GFLOP/s", "difference"], lines))
    first = (
        "A call takes pictures as a NumPy array and gives answers as one; `predict` "
        "has the\nbatch as its `batch_size`. A repetition is the mean of many calls, "
        "after the first ones.\nDifference: the largest between a framework's "
        "probabilities and saccade's, over all pictures."
    )
    return [first, *parts]


def _startup(found: Facts) -> list[str]:
    rows = found["rows"].values()
    ours = {row["state"]: row for row in rows if row["peer"] == "saccade"}
    lines = [
        [
            f"{title(row)}, {row['state']}",
            duration(row["median"]),
            span(row),
            f"{times_sooner(ours[row['state']], row):.2f}"
            if row["state"] in ours
            else "",
            duration(row["cpu"]),
            f"{row['loss']:.4f}",
        ]
        for state in ("cold", "warm")
        for row in rows
        if row["state"] == state
    ]
    first = (
        "Cold: empty caches of compiled programs; warm: a second start with those of "
        "the first.\nsaccade keeps programs by itself; for Keras on JAX, JAX's cache "
        "was switched on; Keras on\nTensorFlow and PyTorch without a compiler keep "
        "nothing. Python's bytecode and the system's\nfile cache are warm in both."
    )
    head = ["", "to the end of the epoch", "range", "x saccade", "processor", "loss"]
    return [first, table(head, lines)]


def _programs(found: Facts) -> str:
    rows = []
    for name, times in found["programs"].items():
        cells = [name]
        for key in ("saccade", "keras-tensorflow"):
            row = times.get(key)
            cells += [
                duration(row["median"]) if row else "",
                span(row) if row else "",
            ]
        both = len(times) == 2
        ratio = times_sooner(times["saccade"], times["keras-tensorflow"]) if both else 0
        rows.append([*cells, f"{ratio:.1f}" if both else ""])
    head = ["program", "saccade", "range", "Keras on TensorFlow", "range", "x saccade"]
    return table(head, rows)


def _imports(found: Facts) -> str:
    rows = [
        [
            name,
            duration(row["median"]),
            span(row),
            duration(row["cpu"]),
        ]
        for name, row in found["rows"].items()
    ]
    return table(["import", "seconds", "range", "processor time"], rows)


def _memory(found: Facts) -> str:
    rows = [
        [
            peers.ALL[row["peer"]].title,
            row["dtype"],
            f"{row['data_bytes'] / 2**20:.0f} MiB",
            f"{row['kept_copies']:.2f}",
            f"{row['peak_copies']:.2f}",
        ]
        for row in found["rows"].values()
    ]
    return table(["", "dtype", "pictures", "copies kept", "at the peak"], rows)


def _reading(found: Facts) -> list[str]:
    rows = []
    for name, group in found["reading"].items():
        for row, reader in reading.TITLES.items():
            if row not in group:
                continue
            cells = [f"{name}: {reader}"]
            for epoch in ("first", "second"):
                times = reading.ratio(group, row, epoch)
                cells.append(duration(median(facts[epoch] for facts in group[row])))
                cells.append("" if times is None else f"{times:.2f}")
            rows.append(cells)
    head = ["", "first epoch", "x saccade", "second epoch", "x saccade"]
    kept = found["streaming"]
    mib = {key: f"{value / 2**20:.0f} MiB" for key, value in kept.items()}
    facts = (
        "The first epoch begins with a fresh process and an empty cache and includes "
        "looking\nat the folder and compiling. The small pictures decoded are "
        f"{mib['folder_bytes']}: with {mib['limit_bytes']} allowed to the\ncache the "
        f"process grew by {mib['tenth_growth_bytes']}, with nothing allowed by "
        f"{mib['nothing_growth_bytes']}."
    )
    if found["others"] is not None:
        facts += f" All processes together used {found['others']:.0%} of the machine."
    return [facts, table(head, rows)]
