"""Training as it goes on, and as it should not: tabs, reloads, kills, odd folders."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .pages import Open, lab, press, wait

# A training without its arithmetic: what the studio sees of one are its files.
TRAINING = """
import sys, time
from pathlib import Path
from saccade.runs import RunWriter, read_command
writer = RunWriter(Path(sys.argv[1]), "live")
writer.begin({"started": 1.0, "steps": 10, "epochs": 99})
number = 0
for epoch in range(2000):
    writer.note("epoch", epoch=epoch, rate=0.1, logs={"loss": 1 / (epoch + 1)})
    time.sleep(0.05)
    command = read_command(writer.folder)
    if command is not None and command.number > number:
        number = command.number
        writer.note("command", action=command.action, value=command.value, answer="")
        writer.set_state("paused" if command.action == "pause" else "running")
"""


@pytest.fixture
def live(runs: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", TRAINING, str(runs)])
    yield process
    process.kill()
    process.wait()
    run = runs / "live" / "run.json"
    if run.exists():
        os.utime(run, (0, 0))  # pages without a name open the newest


def text(page: object, name: str) -> str:
    return page.get_by_test_id(name).inner_text()  # type: ignore[attr-defined]


def test_two_tabs_a_reload_a_closed_tab_and_a_killed_training(
    visit: Open, runs: Path, live: subprocess.Popen[bytes]
) -> None:
    first = visit("/training", token=True)
    wait(first, "!!document.querySelector('[data-testid=run-live]')")
    press(first, "run-live")
    wait(first, "window.__lab.state === 'running' && window.__lab.rows > 5")
    second = visit("/training#run=live")
    wait(second, "window.__lab.rows > 8")
    assert "open the address that was printed" in second.inner_text("main")
    before = lab(first)["rows"]
    first.reload()
    first.wait_for_selector("body[data-ready]")
    wait(first, f"window.__lab.rows > {before}")  # all lines are there again, and more
    press(first, "pause")
    wait(second, "window.__lab.state === 'paused'")
    assert "Paused." in text(second, "status")
    wait(first, "window.__lab.state === 'paused'")
    assert first.get_by_test_id("pause").is_disabled()
    press(first, "go")
    wait(first, "window.__lab.state === 'running'")
    assert first.get_by_test_id("go").is_disabled()
    assert "It goes on." in text(first, "status")
    first.context.close()
    seen = lab(second)["rows"]
    wait(second, f"window.__lab.rows > {seen + 3}")
    live.kill()
    live.wait()
    wait(second, "window.__lab.state === 'failed'")
    assert "its process is gone" in text(second, "status")
    rows = lab(second)["rows"]
    again = visit("/training#run=live")
    wait(again, f"window.__lab.rows >= {rows}")


def test_run_of_another_version_is_said_to_be_one(visit: Open, runs: Path) -> None:
    folder = runs / "older"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"form": 99}))
    os.utime(folder / "run.json", (0, 0))
    page = visit("/training#run=older")
    wait(page, "document.querySelector('[data-testid=trouble]').innerText !== ''")
    assert "open it with the version of saccade that wrote it" in text(page, "trouble")
    press(page, "run-digits")
    wait(page, "window.__lab.layers !== undefined")
    assert text(page, "trouble") == ""


def test_link_of_a_run_is_read_as_far_as_it_goes(visit: Open) -> None:
    page = visit("/training#run=digits&epoch=many&colour=red&example=2")
    wait(page, "window.__lab.layers !== undefined")
    words = text(page, "problems")
    assert '"many" is not a number' in words
    assert '"colour" is no setting' in words
    assert lab(page)["settings"]["example"] == 2


def test_network_with_branches_inputs_and_outputs_is_shown(visit: Open) -> None:
    page = visit("/training#run=branched")
    wait(page, "window.__lab.layers !== undefined")
    assert lab(page)["layers"][:3] == ["picture", "facts", "conv"]
    assert "from conv and side" in text(page, "layer-total")
    assert "from picture" in text(page, "layer-conv")
    confusion = text(page, "confusion")
    assert "Of the outputs of this network, kind is shown here" in confusion
    assert "of 9 examples are right" in confusion
    page.get_by_test_id("layer-kind").locator("button").nth(1).click()
    wait(page, "document.querySelector('[data-testid=cell]').innerText.includes('z =')")
    page.get_by_test_id("layer-total").locator("button").first.click()
    wait(
        page, "document.querySelector('[data-testid=cell]').innerText.includes('joins')"
    )
    assert "adds up or joins 2 inputs" in text(page, "cell")


def test_run_of_a_model_that_is_not_built_shows_its_curves(
    visit: Open, runs: Path
) -> None:
    from saccade import Sequential, layers
    from saccade.runs import RunWriter

    model = Sequential([layers.Dense(3)], name="late")
    writer = RunWriter(runs, "late")
    writer.begin({"started": 1.0, "steps": 2, "epochs": 2, "model": model.to_json()})
    for epoch in range(2):
        writer.note("epoch", epoch=epoch, rate=0.1, logs={"loss": 2.0 - epoch})
        writer.keep_weights(epoch, [])
    writer.keep_examples([np.zeros((2, 4))], [np.zeros(2)])
    writer.set_state("finished")
    os.utime(writer.folder / "run.json", (0, 0))
    page = visit("/training#run=late")
    wait(page, "document.querySelector('[data-testid=trouble]').innerText !== ''")
    words = text(page, "trouble")
    assert "'late' is not built, so its weights do not exist" in words
    assert "give the model an `Input(shape)` first" in words
    assert "Traceback" not in page.inner_text("body")
    assert "training 1" in page.get_by_test_id("charts").inner_text()


def test_runs_of_unequal_length_are_shown_side_by_side(visit: Open) -> None:
    page = visit("/training#run=digits&beside=branched")
    wait(page, "window.__lab.layers !== undefined")
    legend = page.get_by_test_id("charts").inner_text()
    assert "NaN" not in legend
    assert "branched training" in legend
    assert text(page, "kept") == ""  # of three epochs all are there


async def posted(app: Any, path: str, sent: object) -> Any:
    """Posts JSON to a studio without a server, and returns what it answered."""
    data = json.dumps(sent).encode()
    headers = {
        "host": "127.0.0.1:80",
        "content-length": str(len(data)),
        "content-type": "application/json",
        "x-saccade-token": "t",
    }
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in told)
    return json.loads(body)


def test_full_disk_is_said_where_a_command_cannot_be_left(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("starlette")
    from saccade.core._errors import DiskFullError
    from saccade.studio._app import build_app

    def refuse(*words: object) -> None:
        raise DiskFullError("no space is left on the disk")

    monkeypatch.setattr("saccade.studio._training.send_command", refuse)
    app = build_app("t", 80, runs)
    asked = posted(app, "/api/runs/digits/command", {"action": "stop"})
    # In a thread of its own: the browser's driver has a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asyncio.run, asked).result()
    assert "no space is left" in answer["problem"]
