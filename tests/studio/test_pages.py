"""Every tab in a real browser: it works, is silent, and asks nobody else."""

from __future__ import annotations

import ast
import http.client
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import saccade

from .pages import Open, lab, press, wait

STATIC = Path(saccade.__file__).parent / "studio" / "static"
PAGES = ("/playground", "/convolution", "/race", "/functions", "/augment", "/training")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(360, "light"), (1200, "dark"), (2560, "light")]
)
def test_page_fits_every_width(visit: Open, path: str, width: int, scheme: str) -> None:
    page = visit(path, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = sum(int(v) for v in background[4:-1].split(",")) > 384
    assert light == (scheme == "light")


@pytest.mark.parametrize("path", PAGES)
def test_page_is_small(visit: Open, path: str) -> None:
    page = visit(path)
    sizes = page.evaluate(
        "performance.getEntries().reduce((sum, e) => sum + (e.decodedBodySize || 0), 0)"
    )
    assert 0 < sizes < 300_000


@pytest.mark.parametrize(
    ("link", "epochs", "losses"),
    [
        (
            "activation=sigmoid&learningRate=0.00001&networkShape=5&dataset=xor",
            1,
            (0.825697, 0.647165),
        ),
        ("networkShape=5&dataset=xor", 10, (0.338202, 0.361807)),
        ("problem=regression", 20, (0.003944, 0.003789)),
    ],
)
def test_pasted_link_gives_the_losses_of_the_original(
    visit: Open, link: str, epochs: int, losses: tuple[float, float]
) -> None:
    page = visit("/playground?frozen=1")
    pasted = f"https://playground.tensorflow.org/#{link}&seed=0.79032"
    page.get_by_test_id("link").fill(pasted)
    press(page, "open-link")
    for _ in range(epochs):
        press(page, "step")
    state = lab(page)
    assert state["epoch"] == epochs
    assert state["train"]["loss"] == pytest.approx(losses[0], abs=1e-6)
    assert state["test"]["loss"] == pytest.approx(losses[1], abs=1e-6)
    shown = page.get_by_test_id("scores").inner_text()
    assert f"{losses[0]:.3f}" in shown


def test_playground_is_played_with_keys_alone(visit: Open) -> None:
    page = visit("/playground#seed=0.79032")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert lab(page)["epoch"] == 2
    page.keyboard.press("ArrowLeft")
    assert lab(page)["epoch"] == 1
    page.keyboard.press(" ")
    wait(page, "window.__lab.epoch > 3")
    page.keyboard.press(" ")
    assert not lab(page)["running"]
    page.keyboard.press("r")
    assert lab(page)["epoch"] == 0
    assert lab(page)["train"]["loss"] == pytest.approx(0.515201, abs=1e-6)


def test_playground_settings_go_into_the_address_and_back(visit: Open) -> None:
    page = visit("/playground?frozen=1")
    page.get_by_test_id("learningRate").select_option("0.1")
    press(page, "feature-sinX")
    press(page, "more-0")
    press(page, "more-layers")
    press(page, "set-spiral")
    address = page.url
    for part in (
        "learningRate=0.1",
        "sinX=true",
        "networkShape=5,2,2",
        "dataset=spiral",
    ):
        assert part in address
    press(page, "step")
    before = lab(page)
    again = visit("/playground?frozen=1#" + address.partition("#")[2])
    press(again, "step")
    assert lab(again)["train"] == before["train"]


def test_playground_says_what_it_did_not_understand(visit: Open) -> None:
    page = visit("/playground#learningRate=fast&flavour=3&activation=relu")
    words = page.get_by_test_id("problems").inner_text()
    assert '"fast" is not a number' in words
    assert '"flavour" is no setting' in words
    assert lab(page)["settings"]["activation"] == "relu"


def test_own_points_are_taken_or_refused_with_the_line(visit: Open) -> None:
    page = visit("/playground?frozen=1")
    page.locator("summary", has_text="Own points").click()
    page.get_by_test_id("csv").fill("1,2,cat\n3,1,cat")
    press(page, "take-csv")
    assert (
        "All points have the label" in page.get_by_test_id("csv-problem").inner_text()
    )
    page.get_by_test_id("csv").fill("1,2,cat\n-1,oops,dog")
    press(page, "take-csv")
    assert 'Line 2: "oops"' in page.get_by_test_id("csv-problem").inner_text()
    page.get_by_test_id("csv").fill("1,2,cat\n-1,-2,dog\n2,2,cat\n-2,-2,dog")
    press(page, "take-csv")
    assert "points=" in page.url
    press(page, "step")
    assert lab(page)["epoch"] == 1


def test_playground_gives_the_network_as_a_program(visit: Open, tmp_path: Path) -> None:
    page = visit("/playground?frozen=1#seed=0.79032&dataset=xor&speed=20")
    press(page, "step")
    for _ in range(19):
        page.keyboard.press("ArrowRight")
    with page.expect_download() as download:
        press(page, "program")
    file = tmp_path / "playground.py"
    download.value.save_as(file)
    assert "batch_size=10, epochs=20" in file.read_text(encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "saccade", "run", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    results = ast.literal_eval(ended.stdout.rpartition("train ")[2].strip())
    trained = lab(page)["train"]
    assert lab(page)["epoch"] == 20
    assert results["loss"] == pytest.approx(trained["loss"], abs=1e-5)
    assert results["same_side"] == pytest.approx(trained["accuracy"], abs=1e-6)


# What has to be reached without a mouse, tab by tab.
REACHED = {
    "/playground": ("run", "step", "learningRate", "feature-x", "node-0-0", "noise",
                    "link", "program", "more-0", "set-spiral"),
    "/convolution": ("play", "preset-an-edge", "padding", "stride"),
    "/race": ("run", "surface", "start-x", "start-y", "racer-adam", "rate-adam",
              "scrub", "basins"),
    "/functions": ("activation", "activation-plot", "target", "shift"),
    "/augment": ("files", "step-rotate", "next"),
    "/training": ("run-digits", "epoch", "confusion-0-0", "worst"),
}  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_everything_is_reached_by_keys_and_seen_when_it_is(
    visit: Open, path: str
) -> None:
    page = visit(path, token=path == "/augment")
    wanted = set(REACHED[path])
    wait(page, f"!!document.querySelector('[data-testid={REACHED[path][-1]}]')")
    found: set[str] = set()
    for _ in range(300):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "[document.activeElement.dataset.testid ?? '',"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline != "none", f"{name} does not show that it has the focus"
        found.add(name)
        if wanted <= found:
            break
    assert wanted <= found, f"not reached: {wanted - found}"


def test_keys_stay_where_they_are_when_a_part_is_built_anew(visit: Open) -> None:
    page = visit("/playground?frozen=1#seed=0.79032")
    focus = "document.activeElement.dataset.testid"
    for name in ("feature-sinX", "more-0", "more-layers"):
        page.get_by_test_id(name).focus()
        page.keyboard.press("Enter")
        assert page.evaluate(focus) == name
        page.keyboard.press("Enter")
    assert lab(page)["settings"]["networkShape"] == [6, 2, 2, 2]
    assert not lab(page)["settings"]["sinX"]


def test_colours_of_text_have_contrast() -> None:
    css = (STATIC / "studio.css").read_text(encoding="utf-8")
    blocks = re.findall(r"\{([^{}]*--paper:[^{}]*)\}", css)
    assert len(blocks) == 3
    for block in blocks:
        colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        for ink in ("ink", "faint", "accent", "warm"):
            for ground in ("paper", "card"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["accent-ink"], colours["accent"]) >= 4.5


def contrast(first: str, second: str) -> float:
    """The ratio of luminances as WCAG 2 has it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        lines = [
            v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts
        ]
        return 0.2126 * lines[0] + 0.7152 * lines[1] + 0.0722 * lines[2]

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


def test_convolution_shows_the_sum_and_hovers_both_ways(visit: Open) -> None:
    page = visit("/convolution")
    assert lab(page)["output"] == [[[0, -3], [7, 13]]]
    assert (
        "2 · (−1) + 1 · (−2) + 4 · 1 + 0 · 2 = 0"
        in page.get_by_test_id("arithmetic").inner_text()
    )
    page.get_by_test_id("output-0").hover(position={"x": 60, "y": 60})
    assert lab(page)["settings"]["row"] == 1
    assert lab(page)["settings"]["column"] == 1
    assert "= 13" in page.get_by_test_id("arithmetic").inner_text()
    page.get_by_test_id("input-0").hover(position={"x": 5, "y": 5})
    assert page.locator("[data-testid=output-0] rect.in").count() == 1


def test_convolution_by_keys_and_presets(visit: Open) -> None:
    page = visit("/convolution")
    page.keyboard.press("ArrowRight")
    assert lab(page)["settings"]["column"] == 1
    press(page, "preset-a-row-of-numbers")
    wait(page, "window.__lab.output[0][0].length === 4")
    assert lab(page)["output"] == [[[1, 2, 2, 4]]]
    press(page, "preset-stride-and-padding")
    wait(page, "window.__lab.output[0].length === 9")
    sizes = page.get_by_test_id("sizes").inner_text()
    assert "⌊(11 + 4 + 4 − 3) / 2⌋ + 1 = 9" in sizes
    assert "27 against 2,764,800" in sizes
    press(page, "preset-max-pooling")
    wait(page, "window.__lab.settings.mode === 'max'")
    assert "max(" in page.get_by_test_id("arithmetic").inner_text()


def test_convolution_names_what_is_wrong(visit: Open) -> None:
    page = visit("/convolution#input=1,2,3&kernel=1,2,3,4,5")
    assert "take a smaller kernel" in page.get_by_test_id("trouble").inner_text()
    page.locator("summary", has_text="As numbers").click()
    page.get_by_test_id("input").fill("1 2 three")
    assert '"three" is not a number' in page.get_by_test_id("trouble").inner_text()
    page.get_by_test_id("input").fill("1 2 3 4 5 6")
    assert page.get_by_test_id("trouble").inner_text() == ""
    assert lab(page)["output"] == [[[55, 70]]]


def test_a_large_kernel_fits_a_narrow_page(visit: Open) -> None:
    kernel = ";".join(["1,1,1,1,1,1,1"] * 7)
    page = visit(
        f"/convolution#input={';'.join(['1,2,3,4,5,6,7'] * 7)}&kernel={kernel}", 360
    )
    assert lab(page)["output"] == [[[196]]]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_convolution_reads_a_picture_and_refuses_a_broken_one(
    visit: Open, tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    image.new("RGB", (40, 20), (255, 0, 0)).save(good)
    bad.write_bytes(b"\x89PNG not really")
    page = visit("/convolution#kernel=1")
    page.locator("summary", has_text="A picture of your own").click()
    page.get_by_test_id("picture").set_input_files(str(bad))
    wait(page, "document.querySelector('[data-testid=picture-problem]').textContent")
    assert "no picture" in page.get_by_test_id("picture-problem").inner_text()
    with (tmp_path / "large.png").open("wb") as large:
        large.truncate(31 * 2**20)
    page.get_by_test_id("picture").set_input_files(str(tmp_path / "large.png"))
    word = "document.querySelector('[data-testid=picture-problem]').textContent"
    wait(page, f"{word}.includes('at most 30 MiB')")
    page.get_by_test_id("picture").set_input_files(str(good))
    wait(page, "window.__lab.output[0].length === 8")
    assert lab(page)["output"][0][0][0] == 76  # 0.299 x 255


def test_race_runs_steps_and_starts_where_clicked(visit: Open) -> None:
    page = visit("/race?frozen=1#optimizers=sgd,momentum,adam_uncorrected&steps=500")
    assert lab(page)["ends"] == {
        "sgd": "minimum 2",
        "momentum": "minimum 1",
        "adam_uncorrected": "minimum 1",
    }
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    assert lab(page)["step"] == 1
    page.get_by_test_id("map").click(position={"x": 50, "y": 50})
    settings = lab(page)["settings"]
    assert settings["x"] < 0 < settings["y"]
    page.get_by_test_id("surface").select_option("himmelblau")
    page.get_by_test_id("basins").select_option("sgd")
    assert (
        "of all starts end in hollow 4"
        in page.get_by_test_id("basin-words").inner_text()
    )
    assert "basins=sgd" in page.url


def test_race_in_one_dimension_and_over_a_networks_loss(visit: Open) -> None:
    page = visit("/race?frozen=1#surface=network&optimizers=momentum,adam")
    wait(page, "!!window.__lab.ends.adam")
    assert lab(page)["ends"] == {"momentum": "minimum 2", "adam": "minimum 1"}
    page.get_by_test_id("surface").select_option("two_gaussians")
    page.get_by_test_id("line").check()
    wait(page, "window.__lab.settings.line")
    assert "line=true" in page.url
    box = page.get_by_test_id("map").bounding_box()
    page.get_by_test_id("map").click(position={"x": box["width"] * 0.6, "y": 9})
    state = lab(page)
    assert state["settings"]["x"] == pytest.approx(0.4, abs=0.02)
    assert state["ends"]["momentum"] == "minimum 2"


def test_race_shows_how_near_each_is_and_names_no_less_than_nothing(
    visit: Open,
) -> None:
    page = visit("/race?frozen=1#optimizers=momentum,adam&logarithmic=true")
    legend = page.get_by_test_id("curve").locator("xpath=..").inner_text()
    assert "Momentum 1.0e−9" in legend  # and not −3.1e-12 of rounding
    dot = "getComputedStyle(document.querySelectorAll('.racers .dot')[6]).background"
    light = page.evaluate(dot)
    page.click("#theme")
    assert page.evaluate(dot) != light  # brown would not be seen on the dark card


def test_functions_follow_sliders_and_keys(visit: Open) -> None:
    page = visit("/functions")
    page.get_by_test_id("activation-plot").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert lab(page)["z"] == pytest.approx(2.0)
    assert "at z = 2" in page.get_by_test_id("activation-words").inner_text()
    page.get_by_test_id("activation").select_option("relu")
    assert "1 reaches the input" in page.inner_text("section[aria-label*=signal]")
    press(page, "shift")
    assert "65.9 %" in page.get_by_test_id("softmax").inner_text()
    page.get_by_test_id("target").select_option("0")
    assert "target=0" in page.url


def test_augment_shows_draws_and_the_words_for_them(
    visit: Open, tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    page = visit("/augment#spec=rotate(30)|nonsense", token=True)
    assert "token" not in page.url
    wait(page, "window.__lab.shown === 13")
    assert '"nonsense" is no step' in page.get_by_test_id("problems").inner_text()
    code = page.get_by_test_id("code").inner_text()
    assert "layers.RandomRotation(factor=(-0.0833333, 0.0833333))" in code
    assert 'saccade train FOLDER --augment "rotate(30)"' in code
    left = page.get_by_test_id("step-rotate").locator("xpath=../..")
    page.get_by_test_id("rotate-0").fill("45")
    assert "turned by up to 45 degrees" in left.inner_text()
    page.get_by_test_id("rotate-0").fill("30")
    page.get_by_test_id("step-flip_lr").check()
    wait(
        page, "document.querySelector('[data-testid=code]').innerText.includes('Flip')"
    )
    assert "spec=rotate(30)%7Cflip_lr" in page.url
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    image.new("RGB", (400, 200), (255, 0, 0)).save(good)
    bad.write_bytes(b"\x89PNG not really")
    page.get_by_test_id("files").set_input_files([str(bad), str(good)])
    wait(page, "document.querySelector('[data-testid=trouble]').innerText !== ''")
    assert "bad.png" in page.get_by_test_id("trouble").inner_text()
    image.new("1", (20_000, 10_000)).save(tmp_path / "vast.png")
    page.get_by_test_id("files").set_input_files(
        [str(tmp_path / "vast.png"), str(good)]
    )
    trouble = "document.querySelector('[data-testid=trouble]').innerText"
    wait(page, f"{trouble}.includes('too many pixels')")
    press(page, "next")
    which = "document.querySelector('[data-testid=which]').innerText"
    wait(page, f"{which}.includes('good.png, 2 of 2, shown 192 × 96')")
    assert page.get_by_test_id("trouble").inner_text() == ""


def test_augment_without_the_token_says_what_to_do(visit: Open) -> None:
    page = visit("/augment")
    wait(page, "document.querySelector('[data-testid=trouble]').innerText !== ''")
    assert "printed at the start" in page.get_by_test_id("trouble").inner_text()


def test_training_shows_a_run_at_every_epoch(visit: Open) -> None:
    page = visit("/training#run=digits&layer=conv2d&position=2,3&filter=1")
    wait(page, "window.__lab.layers !== undefined")
    state = lab(page)
    assert state["state"] == "finished"
    assert state["epochs"] == [0, 1, 2, 3]
    assert state["layers"][0] == "input"
    assert len(state["layers"]) == 5
    wait(
        page, "document.querySelector('[data-testid=cell]').innerText.includes('out[')"
    )
    last = page.get_by_test_id("cell").inner_text()
    assert "out[2, 3]" in last
    assert (
        "examples are right after epoch 3"
        in page.get_by_test_id("confusion").inner_text()
    )
    page.keyboard.press("ArrowLeft")
    wait(page, "window.__lab.settings.epoch === 2")
    page.get_by_test_id("examples").locator("button").nth(4).click()
    wait(page, "window.__lab.settings.example === 4")
    page.get_by_test_id("epoch").fill("0")
    wait(
        page,
        "document.querySelector('[data-testid=confusion]')"
        ".innerText.includes('after epoch 0')",
    )
    assert page.get_by_test_id("cell").inner_text() != last
    for part in ("run=digits", "epoch=0", "example=4", "layer=conv2d", "position=2,3"):
        assert part in page.url
    page.get_by_test_id("layer-dense").locator("button").nth(3).click()
    wait(page, "window.__lab.settings.layer === 'dense'")
    wait(page, "document.querySelector('[data-testid=cell]').innerText.includes('z =')")


def test_any_cell_of_a_layer_is_reached_by_keys(visit: Open) -> None:
    page = visit("/training#run=digits")
    wait(page, "window.__lab.layers !== undefined")
    page.get_by_test_id("layer-conv2d").locator("button").nth(1).focus()
    page.keyboard.press("Enter")
    cell = "document.querySelector('[data-testid=cell]').innerText"
    wait(page, f"{cell}.includes('out[3, 3]')")
    for key, place in (("ArrowUp", "2, 3"), ("ArrowLeft", "2, 2")):
        wait(page, "document.activeElement.className === 'maptile'")
        page.keyboard.press(key)
        wait(page, f"{cell}.includes('out[{place}]')")
    assert lab(page)["settings"]["filter"] == 1
    assert lab(page)["settings"]["epoch"] == -1


def test_points_are_drawn_by_clicks(visit: Open) -> None:
    page = visit("/playground?frozen=1#seed=0.79032")
    page.locator("summary", has_text="Own points").click()
    page.get_by_test_id("draw").select_option("1")
    page.get_by_test_id("map").click(position={"x": 20, "y": 20})
    page.get_by_test_id("draw").select_option("-1")
    page.get_by_test_id("map").click(position={"x": 90, "y": 200})
    points = unquote(page.url.partition("points=")[2]).partition("&")[0].split(";")
    labels = [point.rpartition(",")[2] for point in points]
    assert labels == ["1", "-1", "-1"]  # the first has a counterpart


def test_training_names_a_run_that_is_not_there(visit: Open, studio: str) -> None:
    status, text = fetch(studio, "/api/runs/nothing")
    assert status == 404
    assert "no run of this name" in text
    for path in ("/api/runs/..", "/api/runs/%2e%2e%2f", "/api/runs/digits%2f..%2f.."):
        assert fetch(studio, path)[0] == 404
    status, text = fetch(studio, "/api/runs/digits/cell?layer=nope")
    assert status == 200
    assert "layers: conv2d" in text
    status, text = fetch(studio, "/api/runs/digits/layers?epoch=x")
    assert status == 200
    assert "whole number" in text


def fetch(studio: str, path: str) -> tuple[int, str]:
    address = urlsplit(studio)
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_theme_is_kept(visit: Open) -> None:
    page = visit("/functions")
    page.click("#theme")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert (
        json.loads(page.evaluate("JSON.stringify(document.documentElement.dataset)"))[
            "theme"
        ]
        == "dark"
    )
