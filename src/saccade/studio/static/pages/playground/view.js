// The layout of the playground: what is where, and which control calls what.

import { chart } from "../../ui/chart.js";
import { button, checkbox, numberBox, select, slider } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { ACTIVATIONS, HIDDEN } from "../../lib/activations.js";
import { EXERCISES } from "../../lib/playground/exercises.js";
import { OPTIMIZERS } from "../../lib/playground/optimizers.js";
import { PENALTY_RATES, RATES, SPEEDS } from "../../lib/playground/state.js";

/** @typedef {import("./page.js").Playground} Playground */
/** @typedef {Record<string, import("../../ui/controls.js").Control<any>>} Controls */

const INTRODUCTION =
  "Watch a small network find a border between two kinds of points. Press Run; then try the " +
  "spiral, and ask what it needs: more neurons, other features, or only time.";

/**
 * @param {HTMLElement} root
 * @param {Playground} page
 */
export function buildView(root, page) {
  /** @type {Controls} */
  const controls = {};
  const problems = h("div", { role: "status", "data-testid": "problems" });
  const question = h("p", { role: "status", "data-testid": "question" });
  const exercises = EXERCISES.map(({ name, hash }, k) =>
    button(name, () => page.start(`#${hash}`), { test: `exercise-${k + 1}` }),
  );
  const top = topBar(page, controls);
  const data = dataCard(page, controls);
  const output = outputCard(page, controls);
  const sum = h("div", { class: "card" });
  const network = h(
    "section",
    { class: "card stack", "aria-label": "Network" },
    page.network.element,
    sum,
  );
  fill(
    root,
    h("h1", {}, "Playground"),
    h("p", { class: "lead" }, INTRODUCTION),
    h("div", { class: "presets", role: "group", "aria-label": "Exercises" }, ...exercises),
    question,
    problems,
    top.element,
    h("div", { class: "columns" }, data.element, network, output.element),
    moreCard(page, controls),
  );
  return { ...top, ...data, ...output, controls, problems, question, exercises, sum };
}

/** @param {readonly (string | number)[]} values @returns {[string, string][]} */
const plain = (values) => values.map((value) => [String(value), String(value)]);

/** @param {Playground} page @param {Controls} controls */
function topBar(page, controls) {
  const epoch = h("span", { class: "number", "data-testid": "epoch" });
  const playButton = button("Run", () => (page.running ? page.pause() : page.run()), {
    class: "main",
    test: "run",
    title: "Space",
  });
  const backButton = button("Step back", () => page.goBack(), { test: "back", title: "Left arrow" });
  /**
   * @param {string} name @param {string} label @param {[string, string][]} options
   * @param {(text: string) => unknown} [read]
   */
  const pick = (name, label, options, read = (text) => text) => {
    const control = select(label, options, "", (value) => page.change(name, read(value)), {
      test: name,
    });
    controls[name] = { element: control.element, set: (value) => control.set(String(value)) };
    return control.element;
  };
  const activations = HIDDEN.map((name) => [name, ACTIVATIONS[name].title]);
  const optimizers = Object.entries(OPTIMIZERS).map(([name, { title }]) => [name, title]);
  const element = h(
    "div",
    { class: "bar card" },
    button("Reset", () => page.reset(), { test: "reset", title: "R: the same initial weights" }),
    playButton,
    button("Step", () => page.step(1), { test: "step", title: "Right arrow" }),
    backButton,
    h("div", { class: "field" }, h("span", { class: "name" }, "Epoch"), epoch),
    pick("learningRate", "Learning rate", plain(RATES), Number),
    pick("activation", "Activation", /** @type {[string, string][]} */ (activations)),
    pick("optimizer", "Optimizer", /** @type {[string, string][]} */ (optimizers)),
    pick("regularization", "Regularization", plain(["none", "L1", "L2"])),
    pick("regularizationRate", "Its rate", plain(PENALTY_RATES), Number),
    pick("problem", "Problem", plain(["classification", "regression"])),
    pick("loss", "Loss", [["square", "½ squared error"], ["cross-entropy", "Cross-entropy"]]),
    pick("speed", "Epochs a frame", plain(SPEEDS), Number),
  );
  return { element, epoch, playButton, backButton };
}

/** @param {Playground} page @param {Controls} controls */
function dataCard(page, controls) {
  const sets = h("div", { class: "sets" });
  const counts = h("p", { class: "faint" });
  /**
   * @param {string} name @param {string} label
   * @param {{low: number, high: number, step: number, unit?: string}} options
   */
  const add = (name, label, options) => {
    controls[name] = slider(label, { ...options, test: name }, 0, (value) => page.change(name, value));
    return controls[name].element;
  };
  const own = ownPoints(page);
  const element = h(
    "section",
    { class: "card stack", "aria-label": "Data" },
    h("h2", {}, "Data"),
    sets,
    counts,
    add("percTrainData", "Training share", { low: 10, high: 90, step: 10, unit: " %" }),
    add("noise", "Noise", { low: 0, high: 50, step: 5, unit: " %" }),
    add("batchSize", "Batch size", { low: 1, high: 30, step: 1 }),
    button("Other points", () => page.change("seed", Math.random().toFixed(5)), {
      test: "regenerate",
    }),
    button("Other weights", () => page.change("redraws", page.settings.redraws + 1), {
      test: "redraw",
    }),
    own.element,
  );
  return { element, sets, counts, csvProblem: own.csvProblem };
}

/** @param {Playground} page */
function ownPoints(page) {
  const csv = h("textarea", {
    rows: 5,
    "aria-label": "Points as CSV",
    "data-testid": "csv",
    placeholder: "x, y, label\n1.5, 2, cat\n-1, 0.5, dog",
  });
  const csvProblem = h("p", { role: "alert", "data-testid": "csv-problem" });
  const labels = /** @type {[string, string][]} */ ([
    ["", "nothing"],
    ["-1", "orange (−1)"],
    ["1", "blue (1)"],
  ]);
  const drawn = select("Or click into the picture to add", labels, "", (value) => {
    page.drawLabel = value === "" ? null : Number(value);
  }, { test: "draw" });
  const element = h(
    "details",
    {},
    h("summary", {}, "Own points"),
    h("p", { class: "faint" }, "One point a line: x, y, label."),
    csv,
    button("Use these points", () => page.takeCsv(csv.value), { test: "take-csv" }),
    csvProblem,
    drawn.element,
  );
  return { element, csvProblem };
}

/** @param {Playground} page @param {Controls} controls */
function outputCard(page, controls) {
  const map = h("canvas", { role: "img", "aria-label": "What the network answers at each place" });
  const dots = h("canvas", { "aria-hidden": "true" });
  const place = h("p", { class: "number faint", "data-testid": "place" }, " ");
  const numbers = Array.from({ length: 4 }, () => h("td", { class: "number" }));
  const goodness = h("th", {}, "right");
  const scores = h(
    "table",
    { "data-testid": "scores" },
    h("tr", {}, h("th", {}), h("th", {}, "loss"), goodness),
    h("tr", {}, h("th", {}, "training"), ...numbers.slice(0, 2)),
    h("tr", {}, h("th", {}, "test"), ...numbers.slice(2)),
  );
  const verdict = h("p", { class: "verdict", role: "status", "data-testid": "verdict" });
  const curves = chart({ label: "Loss of each epoch", test: "curve" });
  const check = (/** @type {string} */ name, /** @type {string} */ label) => {
    controls[name] = checkbox(label, false, (value) => page.change(name, value), { test: name });
    return controls[name].element;
  };
  const ends = ["−1", "0", "1"].map((end) => h("span", {}, end));
  const scale = h("div", {}, h("div", { class: "scale" }), h("div", { class: "ends" }, ...ends));
  const element = h(
    "section",
    { class: "card output stack", "aria-label": "Output" },
    h("h2", {}, "Output"),
    scores,
    curves.element,
    mapFrame(page, map, dots, place),
    scale,
    place,
    check("showTestData", "Show test points (black rim)"),
    check("discretize", "Only the side, not how sure"),
    verdict,
  );
  return { element, map, dots, place, numbers, goodness, verdict, curves, scale };
}

/**
 * @param {Playground} page @param {HTMLElement} map @param {HTMLElement} dots
 * @param {HTMLElement} place
 */
function mapFrame(page, map, dots, place) {
  const frame = h("div", { class: "map", "data-testid": "map" }, map, dots);
  const at = (/** @type {MouseEvent} */ event) => {
    const box = frame.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 12 - 6;
    return /** @type {[number, number]} */ ([x, 6 - ((event.clientY - box.top) / box.height) * 12]);
  };
  frame.addEventListener("pointermove", (event) => page.showPlace(...at(event)));
  frame.addEventListener("pointerleave", () => (place.textContent = " "));
  frame.addEventListener("click", (event) => page.addPoint(...at(event)));
  return frame;
}

/** @param {Playground} page @param {Controls} controls */
function moreCard(page, controls) {
  const link = h("input", {
    type: "text",
    "aria-label": "A playground link",
    "data-testid": "link",
    placeholder: "https://playground.tensorflow.org/#activation=…",
  });
  const open = () => {
    if (link.value.trim()) page.start(link.value.trim());
  };
  link.addEventListener("keydown", (event) => {
    if (event.key === "Enter") open();
  });
  /** @param {string} name @param {string} label @param {number | "any"} step */
  const stop = (name, label, step) => {
    const change = (/** @type {number} */ value) => page.change(name, value);
    controls[name] = numberBox(label, 0, change, { low: 0, test: name, step });
    return controls[name].element;
  };
  const key = (/** @type {string} */ name) => h("kbd", {}, name);
  return h(
    "section",
    { class: "card bar", "aria-label": "Link, stop rule, program" },
    h("label", { class: "field wide" }, h("span", { class: "name" }, "Paste a link of the TensorFlow Playground"), link),
    button("Open link", open, { test: "open-link" }),
    stop("stopLoss", "Stop at test loss below (0: never)", "any"),
    stop("stopEpoch", "Stop at epoch (0: never)", 1),
    button("As a Keras program", () => page.saveProgram(), { test: "program" }),
    h("span", { class: "faint" }, key("Space"), " run or pause  ", key("→"), " step  ", key("←"), " back  ", key("R"), " reset"),
  );
}
