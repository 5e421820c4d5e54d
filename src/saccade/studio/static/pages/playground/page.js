// The playground: settings at the top and left, the network in the middle, what it has
// learnt at the right. The experiment itself is in lib/playground; this shows it.

import { short } from "../../ui/chart.js";
import { download, fill, h } from "../../ui/dom.js";
import { sentences, write } from "../../lib/address.js";
import * as lab from "../../lib/playground/experiment.js";
import { EXERCISES, exerciseOf } from "../../lib/playground/exercises.js";
import { FEATURES } from "../../lib/playground/features.js";
import { gridInputs, gridOutputs } from "../../lib/playground/grid.js";
import { fit, packPoints, parseCsv } from "../../lib/playground/points.js";
import { kerasProgram } from "../../lib/playground/program.js";
import { SCHEMA, readSettings } from "../../lib/playground/state.js";
import { networkPicture, paintMap, refreshSum, sumOf } from "./picture.js";
import { colourOf, drawPoints, thumbnails } from "./points.js";
import { buildView } from "./view.js";

/** @typedef {import("../../lib/playground/state.js").Settings} Settings */

const LARGE = 100;
/** These change how training goes on; all others start it again. */
const LIVE = [
  "learningRate", "regularization", "regularizationRate", "batchSize", "optimizer", "speed",
  "stopLoss", "stopEpoch", "showTestData", "discretize",
];

/** @param {HTMLElement} root */
export function mount(root) {
  const page = new Playground(root, location.hash);
  addEventListener("hashchange", () => page.start(location.hash));
  return () => page.pause();
}

/**
 * What an address, or any pasted link, asks for.
 * @param {string} address
 */
function opened(address) {
  const { settings, problems } = readSettings(address);
  const words = sentences(problems);
  try {
    return { settings, words, experiment: lab.start(settings) };
  } catch (error) {
    words.push(`The points of the link: ${/** @type {Error} */ (error).message}`);
    settings.points = "";
    return { settings, words, experiment: lab.start(settings) };
  }
}

/** The state of the tab and what its controls do. */
export class Playground {
  /** @param {HTMLElement} root @param {string} address */
  constructor(root, address) {
    this.running = false;
    this.frozen = new URLSearchParams(location.search).has("frozen");
    /** @type {import("./picture.js").Place | null} */
    this.looked = null;
    /** @type {import("./picture.js").Place | null} */
    this.chosen = null;
    /** @type {number | null} the label that a click into the picture adds */
    this.drawLabel = null;
    const first = opened(address);
    this.settings = first.settings;
    this.experiment = first.experiment;
    /** @type {Float32Array[]} the features that are given to the network, on the grid */
    this.large = [];
    /** @type {ReturnType<typeof gridOutputs>} */
    this.outputs = [];
    this.colours = { training: "", test: "" };
    this.allFeatures = gridInputs(FEATURES, LARGE);
    this.network = networkPicture({
      reshape: (shape) => this.change("networkShape", shape),
      toggle: (key) => this.change(key, !(/** @type {any} */ (this.settings)[key])),
      look: (place) => {
        this.looked = place;
        this.paint();
      },
      choose: (place) => {
        this.chosen = place;
        this.showSum();
      },
    });
    this.view = buildView(root, this);
    this.keys();
    this.show(first);
  }

  /** Takes an address, or any pasted link. @param {string} address */
  start(address) {
    this.pause();
    this.show(opened(address));
  }

  /** @param {ReturnType<typeof opened>} found */
  show({ settings, experiment, words }) {
    this.settings = settings;
    this.experiment = experiment;
    this.view.question.textContent = ""; // stays while the settings of an exercise are tried out
    fill(this.view.problems, ...words.map((word) => h("p", { class: "problem" }, word)));
    this.syncControls();
    this.rebuilt();
  }

  /** @param {string} name @param {unknown} value */
  change(name, value) {
    /** @type {any} */ (this.settings)[name] = value;
    if (LIVE.includes(name)) {
      this.saveAddress();
      this.paintStill();
      return;
    }
    if (name === "dataset" || name === "regDataset") this.settings.points = "";
    if (["dataset", "regDataset", "problem", "points"].includes(name)) this.view.question.textContent = "";
    this.pause();
    this.experiment = lab.start(this.settings);
    this.rebuilt();
  }

  saveAddress() {
    history.replaceState(null, "", `#${write(this.settings, SCHEMA)}`);
    const exercise = exerciseOf(this.settings);
    if (exercise) this.view.question.textContent = exercise.question;
    this.view.exercises.forEach((item, k) => item.setAttribute("aria-pressed", String(EXERCISES[k] === exercise)));
  }

  /** After a new experiment: everything is drawn anew. */
  rebuilt() {
    this.saveAddress();
    this.chosen = null;
    this.large = this.allFeatures.filter((_, k) => this.experiment.features.includes(FEATURES[k]));
    this.network.build(this.experiment);
    this.showSets();
    this.showSum();
    this.paintStill();
    requestAnimationFrame(() => this.paintStill());
  }

  run() {
    if (this.running) return;
    this.running = true;
    this.view.playButton.textContent = "Pause";
    if (!this.frozen) requestAnimationFrame(this.tick);
  }

  pause() {
    this.running = false;
    this.view.playButton.textContent = "Run";
  }

  tick = () => {
    if (!this.running) return;
    this.step(this.settings.speed);
    requestAnimationFrame(this.tick);
  };

  /** @param {number} epochs */
  step(epochs) {
    for (let k = 0; k < epochs; k++) {
      lab.advance(this.experiment);
      if (lab.shouldStop(this.experiment)) {
        if (this.running) this.pause();
        break;
      }
    }
    this.paint();
  }

  reset() {
    this.pause();
    this.experiment = lab.restart(this.experiment);
    this.showSum();
    this.paint();
  }

  paint() {
    const { experiment } = this;
    const outputs = gridOutputs(experiment.network, this.large, LARGE * LARGE);
    paintMap(this.view.map, experiment, outputs, this.looked, LARGE);
    this.network.update(experiment, outputs, LARGE);
    this.outputs = outputs;
    if (this.chosen) refreshSum(this.view.sum, experiment, this.chosen);
    this.showNumbers();
  }

  /** Draws what a step of training leaves as it is. */
  paintStill() {
    this.network.paintFeatures(this.allFeatures, LARGE, this.settings.discretize);
    drawPoints(this.view.dots, this.experiment, this.settings.showTestData);
    this.colours = { training: this.colour("--train"), test: this.colour("--test") };
    this.paint();
  }

  showNumbers() {
    const { curve, epoch } = this.experiment;
    const { train, test } = lab.last(this.experiment);
    this.view.epoch.textContent = String(epoch).padStart(6, "0").replace(/(...)$/, ",$1");
    const good = (/** @type {import("../../lib/playground/experiment.js").Score} */ { accuracy, explained }) =>
      accuracy !== null ? `${(100 * accuracy).toFixed(1)} %` : (explained?.toFixed(3) ?? "–");
    const words = [train, test].flatMap((score) => [score.loss.toFixed(3), good(score)].map((word) => word.replace("Infinity", "∞").replace("-", "−")));
    this.view.goodness.textContent = this.experiment.classes ? "right" : "R²";
    this.view.goodness.title = this.experiment.classes ? "points on the right side" : "1: every label is met; 0: no better than their mean";
    this.view.numbers.forEach((cell, k) => (cell.textContent = words[k]));
    this.view.curves.show(
      curve.map((record) => record.epoch),
      [
        { name: "training", colour: this.colours.training, dash: [5, 3], values: curve.map((record) => record.train.loss) },
        { name: "test", colour: this.colours.test, values: curve.map((record) => record.test.loss) },
      ],
    );
    const word = lab.verdict(this.experiment);
    this.view.verdict.textContent = word?.text ?? "";
    this.view.verdict.dataset.kind = word?.kind ?? "";
    this.view.backButton.disabled = !this.experiment.past.length;
  }

  /** @param {string} name */
  colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  showSets() {
    const { problem, points, dataset, regDataset } = this.settings;
    const current = points ? "" : problem === "regression" ? regDataset : dataset;
    const field = problem === "regression" ? "regDataset" : "dataset";
    fill(this.view.sets, ...thumbnails(problem, current, (name) => this.change(field, name)));
    const { train, test, names, classes } = this.experiment;
    this.view.scale.hidden = classes > 2;
    const shown = names.length || classes <= 2 ? names : Array.from({ length: classes }, (_, k) => `class ${k}`);
    const list = shown.map((name, k) => {
      const dot = h("span", { class: "dot" });
      dot.style.background = colourOf(classes > 2 ? k : 2 * k - 1, classes);
      return h("span", { class: "whole" }, dot, `${name} `);
    });
    fill(this.view.counts, `${train.length} training points, ${test.length} test points. `, ...list);
  }

  showSum() {
    if (!this.chosen) {
      fill(this.view.sum, h("p", { class: "faint" }, "Press a neuron to see its sum with the present numbers."));
      return;
    }
    fill(this.view.sum, sumOf(() => this.experiment, this.chosen, () => {
      lab.judge(this.experiment);
      this.paint();
    }));
  }

  syncControls() {
    for (const [name, control] of Object.entries(this.view.controls)) {
      control.set(/** @type {any} */ (this.settings)[name]);
    }
  }

  /** Takes points from CSV text. @param {string} csv */
  takeCsv(csv) {
    try {
      const regression = this.settings.problem === "regression";
      const { points, moved } = fit(parseCsv(csv, { regression }).points);
      this.view.csvProblem.textContent = moved ? "The points were scaled to fit the picture." : "";
      this.change("points", packPoints(points));
    } catch (error) {
      this.view.csvProblem.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** What the network answers at a place. @param {number} x @param {number} y */
  showPlace(x, y) {
    const column = Math.round(((x + 6) / 12) * (LARGE - 1));
    const row = Math.round(((6 - y) / 12) * (LARGE - 1));
    const final = this.outputs[this.outputs.length - 1];
    const nodes = this.looked ? [this.outputs[this.looked.layer][this.looked.node]] : final;
    const values = nodes.map((node) => short(node[row * LARGE + column])).join(" ");
    this.view.place.textContent = `x ${x.toFixed(2)}  y ${y.toFixed(2)}  output ${values}`.replaceAll("-", "−");
  }

  /** Adds a point where the picture was clicked. @param {number} x @param {number} y */
  addPoint(x, y) {
    if (this.drawLabel === null) return;
    const { train, test } = this.experiment;
    const own = this.settings.points ? [...train, ...test] : [];
    const points = [...own, { x, y, label: this.drawLabel }];
    if (new Set(points.map(({ label }) => label)).size < 2) {
      points.push({ x: -x, y: -y, label: -this.drawLabel }); // a first point has a counterpart
    }
    this.change("points", packPoints(points));
  }

  goBack() {
    this.pause();
    lab.stepBack(this.experiment);
    this.paint();
  }

  saveProgram() {
    const epochs = Math.max(this.experiment.epoch, 20);
    download("playground.py", kerasProgram(this.experiment, location.href, epochs), "text/x-python");
  }

  keys() {
    addEventListener("keydown", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(input|select|textarea)$/i.test(target.tagName)) return;
      if (event.key === " " && /^(button|summary)$/i.test(target.tagName)) return; // it is pressed
      const actions = /** @type {Record<string, () => void>} */ ({
        " ": () => (this.running ? this.pause() : this.run()),
        ArrowRight: () => this.step(1),
        ArrowLeft: () => this.goBack(),
        r: () => this.reset(),
      });
      if (!actions[event.key]) return;
      event.preventDefault();
      actions[event.key]();
    });
    addEventListener("themechange", () => this.paintStill());
    addEventListener("resize", () => this.paintStill());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paintStill());
    Object.defineProperty(window, "__lab", {
      configurable: true,
      get: () => ({ epoch: this.experiment.epoch, ...lab.scores(this.experiment), settings: structuredClone(this.settings), running: this.running }),
    });
  }
}
