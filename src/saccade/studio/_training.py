"""The tab Training: runs on disk, live and later, and requests to them."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from saccade.core._errors import ConfigError, FolderError, SaccadeError, message
from saccade.runs import RunFolder, find_runs, send_command
from saccade.studio._answers import problem
from saccade.studio._inspect import Network, network, warnings

# At most so many messages a second go to a page that watches.
_EVERY_S = 0.25
_WORST = 24

Answer = dict[str, Any] | list[Any]


def routes(parent: Path) -> list[Route]:
    """Returns the addresses of the tab.

    Args:
        parent: the folder of all runs.
    """

    def run_of(request: Request) -> RunFolder:
        name = request.path_params["run"]
        # Only a folder right below: no way out of it by dots or links in the name.
        if name not in {found.name for found in find_runs(parent)}:
            raise FolderError(
                message(name, f"there is no run of this name in {parent}")
            )
        return RunFolder(parent / name)

    def answer(work: Callable[[RunFolder, Request], Answer]):  # type: ignore[no-untyped-def]
        async def endpoint(request: Request) -> Response:
            def call() -> Answer:
                return work(run_of(request), request)

            return await _guarded(lambda: run_in_threadpool(call))

        return endpoint

    async def runs(request: Request) -> Response:
        return await _guarded(lambda: run_in_threadpool(_summaries, parent))

    async def events(request: Request) -> Response:
        try:
            run = run_of(request)
        except SaccadeError as error:
            return problem(error)
        after = _whole(request, "after", 0)
        return StreamingResponse(_events(run, after), media_type="text/event-stream")

    async def command(request: Request) -> Response:
        body = await request.body()

        def send() -> Answer:
            try:
                asked = json.loads(body)
                action, value = asked["action"], asked.get("value")
            except (ValueError, KeyError, TypeError, AttributeError):
                raise ConfigError(
                    message("command", 'the body must be {"action": ..., "value": ...}')
                ) from None
            return dataclasses.asdict(
                send_command(run_of(request).folder, action, value)
            )

        return await _guarded(lambda: run_in_threadpool(send))

    async def activations(request: Request) -> Response:
        def pack() -> bytes:
            return _pack_activations(run_of(request), request)

        try:
            return Response(
                await run_in_threadpool(pack), media_type="application/octet-stream"
            )
        except SaccadeError as error:
            return problem(error)

    base = "/api/runs/{run}"
    return [
        Route("/api/runs", runs),
        Route(base, answer(_details)),
        Route(base + "/events", events),
        Route(base + "/command", command, methods=["POST"]),
        Route(base + "/examples", answer(_examples)),
        Route(base + "/activations", activations),
        Route(base + "/predictions", answer(_predictions)),
        Route(base + "/layers", answer(_layers)),
        Route(base + "/cell", answer(_cell)),
    ]


async def _guarded(work: Callable[[], Any]) -> Response:
    try:
        return JSONResponse(await work())
    except SaccadeError as error:
        return problem(error)


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.lstrip("-").isdigit():
        raise ConfigError(message(name, f"must be a whole number, got {text!r}"))
    return int(text)


def _summaries(parent: Path) -> Answer:
    found = []
    for run in find_runs(parent):
        try:
            facts = run.facts()
            summary = {name: facts.get(name) for name in ("started", "epochs")}
            found.append({"name": run.name, **run.state(), **summary})
        except SaccadeError as error:
            found.append({"name": run.name, "state": "failed", "reason": str(error)})
    return found


def _details(run: RunFolder, request: Request) -> Answer:
    facts = run.facts()
    rows, after = run.log()
    wanted = ("name", "started", "layers", "parameters", "epochs", "steps", "classes")
    return {
        **{name: facts.get(name) for name in wanted},
        "state": run.state(),
        "rows": rows,
        "after": after,
        "kept": run.epochs(),
    }


async def _events(run: RunFolder, after: int) -> AsyncIterator[str]:
    """New lines of the log as they come, until the run has ended."""
    last = ""
    while True:
        rows, after = await run_in_threadpool(run.log, after)
        state = await run_in_threadpool(run.state)
        said = json.dumps({"rows": rows, "state": state, "kept": run.epochs()})
        if rows or said != last:
            yield f"data: {said}\n\n"
            last = json.dumps({"rows": [], "state": state, "kept": run.epochs()})
        if state["state"] not in ("running", "paused") and not rows:
            return
        await asyncio.sleep(_EVERY_S)


def _epoch(run: RunFolder, request: Request) -> int:
    kept = run.epochs()
    if not kept:
        raise ConfigError(message(run.name, "kept no weights (they may be too large)"))
    asked = _whole(request, "epoch", kept[-1])
    # The nearest one that was kept: old ones go when a run is long.
    return min(kept, key=lambda epoch: abs(epoch - asked))


def _examples(run: RunFolder, request: Request) -> Answer:
    import base64

    x, y = run.examples()
    # Of several inputs the first that is a picture stands for an example.
    shown = next((array for array in x if array.ndim == 4), x[0])
    pictures = [base64.b64encode(_png(picture)).decode() for picture in shown]
    labels = [found for found in map(_labels, y) if found is not None]
    return {
        "pictures": pictures,
        "labels": labels[0] if labels else None,
        "shape": list(shown.shape[1:]),
    }


def _png(values: np.ndarray) -> bytes:
    """A picture of any array: grey, colour, or one row for a list of numbers."""
    from saccade.utils import array_to_img

    if values.ndim == 1:
        values = values[None]
    if values.ndim == 2:
        values = values[..., None]
    if values.shape[-1] not in (1, 3):
        values = values.mean(axis=-1, keepdims=True)
    low, high = float(values.min()), float(values.max())
    known = (low >= 0 and high <= 1) or (low >= 0 and high <= 255 and high > 1)
    scaled = values * 255 if known and high <= 1 else values
    if not known:
        scaled = (values - low) / ((high - low) or 1) * 255
    file = io.BytesIO()
    array_to_img(scaled, scale=False).save(file, "PNG")
    return file.getvalue()


def _labels(y: np.ndarray) -> list[int] | None:
    """Class numbers of targets; None where they are none."""
    if y.ndim == 2 and y.shape[1] > 1:
        return [int(k) for k in y.argmax(axis=1)]
    flat = y.reshape(len(y), -1)
    whole = flat.shape[1] == 1 and np.equal(np.mod(flat, 1), 0).all()
    return [int(k) for k in flat[:, 0]] if whole else None


def _pack_activations(run: RunFolder, request: Request) -> bytes:
    """Length of the header (4 bytes), the header as JSON, then float32 numbers."""
    found = network(run)
    epoch = _epoch(run, request)
    arrays = found.activations(epoch, _whole(request, "example", 0))
    names = [*found.inputs, *(layer.name for layer in found.layers)]
    kinds = ["Input"] * len(found.inputs)
    kinds += [type(layer).__name__ for layer in found.layers]
    sources: list[list[str]] = [*([] for _ in found.inputs), *found.sources]
    layers = [
        {"name": name, "kind": kind, "shape": list(array.shape), "sources": seen}
        for name, kind, array, seen in zip(names, kinds, arrays, sources, strict=True)
    ]
    header = json.dumps({"epoch": epoch, "layers": layers}).encode()
    header += b" " * (-len(header) % 4)
    body = b"".join(np.asarray(a, "<f4").tobytes() for a in arrays)
    return len(header).to_bytes(4, "little") + header + body


def _predictions(run: RunFolder, request: Request) -> Answer:
    """What the first output that answers with classes says of all examples."""
    found = network(run)
    epoch = _epoch(run, request)
    names = found.model.output_names
    for name, outputs, y in zip(names, found.predictions(epoch), found.y, strict=False):
        shares, labels = _shares(outputs), _labels(y)
        if shares is None or labels is None or min(labels) < 0:
            continue
        if max(labels) < shares.shape[1]:
            several = name if len(names) > 1 else ""
            return {"epoch": epoch, "output": several, **_confusion(shares, labels)}
    return {"epoch": epoch, "classes": 0}


def _shares(outputs: np.ndarray) -> np.ndarray | None:
    """A column a class; one output is the share of class 1; logits become shares."""
    if outputs.ndim != 2:
        return None
    if outputs.shape[1] == 1:
        if outputs.min() < 0 or outputs.max() > 1:
            outputs = 1 / (1 + np.exp(-np.clip(outputs, -80, 80)))
        return np.concatenate([1 - outputs, outputs], axis=1)
    if outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-2):
        return outputs
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _confusion(shares: np.ndarray, labels: list[int]) -> dict[str, Any]:
    guesses = shares.argmax(axis=1)
    count = shares.shape[1]
    confusion = np.zeros((count, count), int)
    np.add.at(confusion, (labels, guesses), 1)
    sure = shares[np.arange(len(labels)), labels]
    return {
        "classes": count,
        "labels": labels,
        "guesses": guesses.tolist(),
        "right": [float(v) for v in sure],
        "worst": np.argsort(sure, kind="stable")[:_WORST].tolist(),
        "confusion": confusion.tolist(),
    }


def _layers(run: RunFolder, request: Request) -> Answer:
    epoch = _epoch(run, request)
    states = network(run).states(epoch)
    return {
        "epoch": epoch,
        "layers": [dataclasses.asdict(state) for state in states],
        "warnings": warnings(states),
    }


def _cell(run: RunFolder, request: Request) -> Answer:
    found: Network = network(run)
    epoch = _epoch(run, request)
    words = request.query_params.get("position", "").split(",")
    position = [int(word) for word in words if word.isdigit()]
    cell = found.cell(
        epoch,
        _whole(request, "example", 0),
        request.query_params.get("layer", ""),
        position,
        _whole(request, "filter", 0),
    )
    return {
        "epoch": epoch,
        "layer": cell.layer,
        "kind": cell.kind,
        "position": list(cell.position),
        "filter": cell.filter,
        "lines": cell.arithmetic.lines(),
        "measured": float(cell.measured),
        "window": _window(cell),
    }


def _window(cell: Any) -> list[list[int]]:
    """First and last place of the input that the number was made from."""
    places = getattr(cell.arithmetic, "places", ())
    return [[int(along[0]), int(along[-1])] for along in places if len(along)]
