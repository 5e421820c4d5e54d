// The optimiser race: a surface seen from above, a path for each optimizer.

import { chart, short } from "../../ui/chart.js";
import { button, checkbox, numberBox, select, slider } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { CLASSES, css, lineColour } from "../../ui/palette.js";
import { sentences, write } from "../../lib/address.js";
import { cutOf } from "../../lib/race/cut.js";
import { RACERS } from "../../lib/race/optimizers.js";
import { basins, race, suited } from "../../lib/race/race.js";
import { SCHEMA, readSettings } from "../../lib/race/state.js";
import { SURFACES } from "../../lib/race/surfaces.js";
import { drawLine } from "./line.js";
import { drawPaths, drawSurface, placeAt } from "./picture.js";

const INTRODUCTION =
  "Training looks for the lowest point of a landscape that nobody sees: each step knows only " +
  "the slope under its feet. Click to choose where all start, then press Run. Which one would " +
  "you take on each surface?";
/** The share of a race that one frame shows, at speed 1. */
const FRAME = 1 / 240;

/** @param {HTMLElement} root */
export function mount(root) {
  const page = new Race(root);
  page.start(location.hash);
  addEventListener("hashchange", () => page.start(location.hash));
  return () => page.pause();
}

/** @param {string} name */
const colourOf = (name) => css(CLASSES[Object.keys(RACERS).indexOf(name)]);

/** The same in the curves and in the table. @param {string} name */
const inkOf = (name) => lineColour(Object.keys(RACERS).indexOf(name));

/** Nearer to the lowest point than this is there. */
const THERE = 1e-9;

class Race {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.settings = readSettings("").settings;
    this.shown = SURFACES[this.settings.surface];
    this.running = false;
    this.frozen = new URLSearchParams(location.search).has("frozen");
    /** The step that is shown; fractions between. */
    this.step = 0;
    this.speed = 1;
    /** @type {import("../../lib/race/race.js").Path[]} */
    this.paths = [];
    this.problems = h("div", { role: "status", "data-testid": "problems" });
    this.ground = h("canvas", { "aria-hidden": "true" });
    this.overlay = h("canvas", { role: "img", "aria-label": "Paths on the surface", "data-testid": "overlay" });
    this.lesson = h("p", { class: "lead", "data-testid": "lesson" });
    this.formula = h("p", { class: "number faint" });
    this.place = h("p", { class: "number faint", "data-testid": "place" }, " ");
    this.playButton = button("Run", () => (this.running ? this.pause() : this.run()), { class: "main", test: "run", title: "Space" });
    this.legend = h("div", { class: "stack", "data-testid": "legend" });
    this.curves = chart({ label: "Height at each step", height: 170, xName: "step", test: "curve" });
    this.basinWords = h("p", { class: "faint", "data-testid": "basin-words" });
    this.build(root);
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("resize", () => this.draw());
    addEventListener("themechange", () => this.recolour());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
    Object.defineProperty(window, "__lab", {
      configurable: true,
      get: () => ({
        settings: structuredClone(this.settings),
        step: Math.floor(this.step),
        running: this.running,
        ends: Object.fromEntries(this.paths.map(({ name, end }) => [name, end])),
      }),
    });
  }

  get surface() {
    return this.shown;
  }

  /** The surface that the settings name; the network's is computed when it is asked for. */
  async choose() {
    const { surface, line } = this.settings;
    if (surface === "network" && !SURFACES.network) {
      SURFACES.network = (await import("../../lib/race/slice.js")).networkSurface();
    }
    if (surface !== this.settings.surface || line !== this.settings.line) return;
    this.shown = line ? cutOf(SURFACES[surface]) : SURFACES[surface];
    this.sync();
    this.again();
  }

  recolour() {
    this.showLegend();
    this.draw();
  }

  get steps() {
    return this.settings.steps || this.surface.steps;
  }

  /** @param {string} address */
  start(address) {
    this.pause();
    const { settings, problems } = readSettings(address);
    this.settings = settings;
    fill(this.problems, ...sentences(problems).map((word) => h("p", { class: "problem" }, word)));
    void this.choose();
  }

  /** @param {string} name @param {unknown} value */
  change(name, value) {
    /** @type {any} */ (this.settings)[name] = value;
    if (name === "surface" || name === "line") Object.assign(this.settings, { x: null, y: null, rates: {}, steps: 0 });
    void this.choose();
  }

  /** Computes the whole race; showing it is another matter. */
  again() {
    const { settings } = this;
    const start = /** @type {[number, number]} */ ([settings.x ?? this.surface.start[0], settings.line ? this.surface.start[1] : (settings.y ?? this.surface.start[1])]);
    this.paths = race(this.surface, {
      start,
      optimizers: settings.optimizers,
      steps: this.steps,
      rates: settings.rates,
      noise: settings.noise,
      seed: settings.seed,
    });
    this.step = this.running ? 0 : this.steps;
    this.map = settings.basins && !settings.line
      ? basins(this.surface, settings.basins, { steps: this.steps, size: 61, rate: settings.rates[settings.basins] })
      : null;
    history.replaceState(null, "", `#${write(settings, SCHEMA)}`);
    this.words();
    this.showLegend();
    this.ground.hidden = settings.line;
    if (!settings.line) drawSurface(this.ground, this.surface, this.map);
    this.draw();
  }

  words() {
    this.lesson.textContent = this.surface.lesson;
    this.formula.textContent = `f(x, y) = ${this.surface.formula}`;
    const shares = this.map?.shares.map((share, k) => `${(100 * share).toFixed(1)} % of all starts end in hollow ${k + 1}`);
    this.basinWords.textContent = shares ? `${RACERS[this.settings.basins].title}: ${shares.join(", ")}; the rest elsewhere.` : "";
  }

  run() {
    if (this.running) return;
    if (this.step >= this.steps) this.step = 0;
    this.running = true;
    this.playButton.textContent = "Pause";
    if (!this.frozen) requestAnimationFrame(this.tick);
  }

  pause() {
    this.running = false;
    this.playButton.textContent = "Run";
  }

  tick = () => {
    if (!this.running) return;
    this.step = Math.min(this.steps, this.step + Math.max(this.steps * FRAME, 0.25) * this.speed);
    if (this.step >= this.steps) this.pause();
    this.draw();
    requestAnimationFrame(this.tick);
  };

  /** @param {number} to */
  show(to) {
    this.pause();
    this.step = Math.max(0, Math.min(this.steps, to));
    this.draw();
  }

  draw() {
    const step = Math.floor(this.step);
    const drawn = this.settings.line ? drawLine : drawPaths;
    drawn(this.overlay, this.surface, this.paths, step, colourOf);
    this.scrub?.set(step);
    const xs = Float64Array.from({ length: step + 1 }, (_, k) => k);
    this.curves.show(
      xs,
      this.paths.map((path) => ({
        name: RACERS[path.name].title,
        colour: inkOf(path.name),
        values: this.settings.logarithmic ? above(path.losses, this.lowest(), step) : path.losses.subarray(0, step + 1),
      })),
    );
    this.curves.setLogarithmic(this.settings.logarithmic);
    this.showEnds(step);
  }

  /** The lowest height there is, for logarithms of what is left. */
  lowest() {
    const [first] = this.surface.minima;
    if (first) return this.surface.value(...first);
    return Math.min(...this.paths.map(({ losses }) => Math.min(...losses.filter(Number.isFinite))));
  }

  /** @param {number} step */
  showEnds(step) {
    for (const path of this.paths) {
      const cell = this.ends?.get(path.name);
      if (!cell) continue;
      const done = step >= this.steps;
      const words = { elsewhere: "on the way", diverged: "flew away" }[path.end] ?? path.end.replace("minimum", "in hollow");
      cell.textContent = `${short(path.losses[step])}${done ? `, ${words}` : ""}`;
    }
  }

  showLegend() {
    /** @type {Map<string, HTMLElement>} */
    this.ends = new Map();
    const rows = Object.entries(RACERS).map(([name, racer]) => {
      const on = this.settings.optimizers.includes(name);
      const box = h("input", { type: "checkbox", "data-testid": `racer-${name}`, "aria-label": racer.title });
      box.checked = on;
      box.addEventListener("change", () => {
        const names = Object.keys(RACERS).filter((other) => (other === name ? box.checked : this.settings.optimizers.includes(other)));
        this.change("optimizers", names);
      });
      const rate = this.settings.rates[name] ?? suited(name, this.surface).rate;
      const field = h("input", { type: "number", min: 0, step: "any", "aria-label": `Learning rate of ${racer.title}`, "data-testid": `rate-${name}` });
      field.value = String(Number(rate.toPrecision(4)));
      field.addEventListener("change", () => {
        if (field.value !== "" && field.validity.valid) this.change("rates", { ...this.settings.rates, [name]: Number(field.value) });
      });
      const dot = h("span", { class: "dot" });
      dot.style.background = inkOf(name);
      const end = h("td", { class: "number" });
      this.ends?.set(name, end);
      return h("tr", { title: racer.formula }, h("td", {}, box), h("th", { class: "left" }, dot, racer.title), h("td", {}, field), end);
    });
    fill(this.legend, h("table", { class: "racers" }, h("tr", {}, h("th", {}), h("th", {}), h("th", {}, "rate"), h("th", {}, "height")), ...rows));
  }

  sync() {
    this.surfaceBox?.set(this.settings.surface);
    this.lineBox?.set(this.settings.line);
    this.noise?.set(this.settings.noise);
    this.stepsBox?.set(this.steps);
    this.startX?.set(this.settings.x ?? this.surface.start[0]);
    if (this.startY) this.startY.element.hidden = this.settings.line;
    if (this.basinBox) this.basinBox.element.hidden = this.settings.line;
    this.startY?.set(this.settings.y ?? this.surface.start[1]);
    this.basinBox?.set(this.settings.basins);
    this.logarithm?.set(this.settings.logarithmic);
    const range = this.scrub?.element.querySelector("input");
    if (range) range.max = String(this.steps);
  }

  /** @param {HTMLElement} root */
  build(root) {
    const surfaces = /** @type {[string, string][]} */ ([...Object.entries(SURFACES).map(([name, { title }]) => [name, title]), ["network", "A network's loss"]]);
    const racers = /** @type {[string, string][]} */ ([["", "none"], ...Object.entries(RACERS).map(([name, { title }]) => [name, title])]);
    this.surfaceBox = select("Surface", surfaces, "two_gaussians", (value) => this.change("surface", value), { test: "surface" });
    this.lineBox = checkbox("One dimension: only x moves", false, (value) => this.change("line", value), { test: "line" });
    this.noise = slider("Noise of the gradient", { low: 0, high: 5, step: 0.1, test: "noise" }, 0, (value) => this.change("noise", value));
    this.stepsBox = numberBox("Steps", 300, (value) => this.change("steps", value), { low: 1, high: 5000, step: 1, test: "steps" });
    this.startX = numberBox("Start x", 0, (value) => this.change("x", value), { low: -100, high: 100, test: "start-x" });
    this.startY = numberBox("Start y", 0, (value) => this.change("y", value), { low: -100, high: 100, test: "start-y" });
    this.basinBox = select("Colour each start by where it ends", racers, "", (value) => this.change("basins", value), { test: "basins" });
    this.logarithm = checkbox("Logarithm of what is left", false, (value) => this.change("logarithmic", value), { test: "logarithmic" });
    this.scrub = slider("Step", { low: 0, high: 300, step: 1, test: "scrub" }, 0, (value) => this.show(value));
    const speed = select("Speed", [["0.25", "¼"], ["1", "1"], ["4", "4"]], "1", (value) => (this.speed = Number(value)), { test: "speed" });
    const map = h("div", { class: "map race", "data-testid": "map" }, this.ground, this.overlay);
    map.addEventListener("click", (event) => {
      const [x, y] = placeAt(map, this.surface, event);
      Object.assign(this.settings, this.settings.line ? { x: round(x) } : { x: round(x), y: round(y) });
      this.sync();
      this.pause();
      this.again();
      this.run();
    });
    map.addEventListener("pointermove", (event) => {
      const [x, free] = placeAt(map, this.surface, event);
      const y = this.settings.line ? this.surface.start[1] : free;
      this.place.textContent = `x ${x.toFixed(2)}  y ${y.toFixed(2)}  height ${short(this.surface.value(x, y))}`.replaceAll("-", "−");
    });
    fill(
      root,
      h("h1", {}, "Optimiser race"),
      h("p", { class: "lead" }, INTRODUCTION),
      this.problems,
      h(
        "div",
        { class: "bar card" },
        this.playButton,
        button("◀", () => this.show(Math.floor(this.step) - 1), { title: "Left arrow: a step back", test: "previous" }),
        button("▶", () => this.show(Math.floor(this.step) + 1), { title: "Right arrow: a step on", test: "next" }),
        this.surfaceBox.element,
        this.lineBox.element,
        speed.element,
        this.stepsBox.element,
        this.startX.element,
        this.startY.element,
        this.noise.element,
        button("Other noise", () => this.change("seed", String(Number(this.settings.seed) + 1 || 1)), { test: "other-noise" }),
        this.basinBox.element,
      ),
      h(
        "div",
        { class: "halves" },
        h("section", { class: "card stack", "aria-label": "Surface" }, this.lesson, map, this.scrub.element, this.place, this.formula, this.basinWords),
        h("section", { class: "card stack", "aria-label": "Optimizers" }, h("h2", {}, "Optimizers"), this.legend, h("h2", {}, "Height at each step"), this.curves.element, this.logarithm.element),
      ),
    );
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(input|select|textarea)$/i.test(target.tagName)) return;
    if (event.key === " " && /^(button|summary)$/i.test(target.tagName)) return; // it is pressed
    const actions = /** @type {Record<string, () => void>} */ ({
      " ": () => (this.running ? this.pause() : this.run()),
      ArrowRight: () => this.show(Math.floor(this.step) + 1),
      ArrowLeft: () => this.show(Math.floor(this.step) - 1),
      r: () => this.show(0),
    });
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }
}

/** @param {number} value */
const round = (value) => Number(value.toFixed(3));

/** @param {Float64Array} losses @param {number} lowest @param {number} step */
const above = (losses, lowest, step) => losses.subarray(0, step + 1).map((loss) => Math.max(THERE, loss - lowest));
