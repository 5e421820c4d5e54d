// Training: runs as they go on, or as they were; what the network sees at any epoch.

import * as api from "../../ui/api.js";
import { chart, short } from "../../ui/chart.js";
import { button, slider } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { lineColour } from "../../ui/palette.js";
import { sentences, write } from "../../lib/address.js";
import { unpack } from "../../lib/training/activations.js";
import { chartsOf, curvesOf, lastAnswer, rateOf } from "../../lib/training/log.js";
import { SCHEMA, readSettings } from "../../lib/training/state.js";
import { layerTable, networkTiles } from "./network.js";
import { confusionTable, exampleStrip } from "./pictures.js";

/** @typedef {import("../../lib/training/log.js").Row} Row */
/** @typedef {{name: string, steps: number | null, classes: string[] | null, kept: number[], rows: Row[], after: number, state: {state: string, reason?: string}}} Details */

const INTRODUCTION =
  "Your own network while it trains, or later. Move the epoch back to see how it was; click a " +
  "picture, then any cell of a layer, to see the sum that made it.";
const RUNS_EVERY = 3000; // milliseconds between two looks at the list of runs
const FOLLOW_EVERY = 1000; // and at the network of a run that goes on
// Looking takes processor time from the training: so many times longer it is left alone.
const REST = 22;

/** @param {HTMLElement} root */
export function mount(root) {
  const page = new Training(root);
  void page.start(location.hash);
  const timer = setInterval(() => void page.list(), RUNS_EVERY);
  addEventListener("hashchange", () => void page.start(location.hash));
  return () => {
    clearInterval(timer);
    page.leave();
  };
}

class Training {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.settings = readSettings("").settings;
    /** @type {Map<string, Details>} */
    this.runs = new Map();
    /** @type {EventSource | null} */
    this.stream = null;
    this.following = false;
    /** Whether the server did not answer the last time. */
    this.gone = false;
    /** @type {HTMLButtonElement | null} */
    this.pauseButton = null;
    /** @type {HTMLButtonElement | null} */
    this.goButton = null;
    /** @type {Promise<void>} the last question, answered or not */
    this.pending = Promise.resolve();
    /** Whether an epoch has come that was not looked at. */
    this.behind = false;
    /** Counts questions, so that a late answer to an old one is passed over. */
    this.asked = 0;
    /** @type {{pictures: string[], labels: number[] | null} | null} */
    this.examples = null;
    /** @type {ReturnType<typeof unpack> | undefined} */
    this.outputs = undefined;
    /** @type {any} */
    this.predictions = null;
    /** @type {number[][]} rows and columns that the chosen cell was made from */
    this.window = [];
    /** @type {Map<string, ReturnType<typeof chart>>} */
    this.made = new Map();
    this.problems = h("div", { role: "status", "data-testid": "problems" });
    this.trouble = h("p", { role: "alert", "data-testid": "trouble" });
    this.runList = h("div", { class: "stack", "data-testid": "runs" });
    this.status = h("p", { "data-testid": "status" });
    this.controls = h("div", { class: "bar" });
    this.keptWords = h("p", { class: "faint small", "data-testid": "kept" });
    this.charts = h("div", { class: "pair", "data-testid": "charts" });
    this.network = h("div", { class: "stack", "data-testid": "network" });
    this.cell = h("div", { class: "sum", "aria-live": "polite", "data-testid": "cell" });
    this.states = h("div", { "data-testid": "layers" });
    this.pictures = h("div", { "data-testid": "examples" });
    this.confusion = h("div", { "data-testid": "confusion" });
    this.epoch = slider("Epoch", { low: 0, high: 0, step: 1, test: "epoch", format: (value) => (value ? `after ${value}` : "0: before training") }, 0, (value) => this.look({ epoch: value }));
    fill(
      root,
      h("h1", {}, "Training"),
      h("p", { class: "lead" }, INTRODUCTION),
      this.problems,
      h("div", { class: "sides" }, h("section", { class: "card stack", "aria-label": "Runs" }, h("h2", {}, "Runs"), this.runList), h("div", { class: "stack" }, h("section", { class: "card", "aria-label": "State" }, this.status, this.controls, this.trouble), this.charts)),
      h("section", { class: "card stack", "aria-label": "Network" }, h("h2", {}, "The network"), this.epoch.element, this.keptWords, this.pictures, this.network, this.cell),
      h("section", { class: "card stack", "aria-label": "Layers" }, h("h2", {}, "Weights and gradients"), this.states),
      h("section", { class: "card stack", "aria-label": "Predictions" }, h("h2", {}, "Right and wrong"), this.confusion),
    );
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("themechange", () => this.drawCharts());
    Object.defineProperty(window, "__lab", {
      configurable: true,
      get: () => ({ settings: { ...this.settings }, state: this.run?.state.state, epochs: this.run?.kept, rows: this.run?.rows.length, layers: this.outputs?.layers.map(({ name }) => name) }),
    });
  }

  get run() {
    return this.runs.get(this.settings.run);
  }

  /** @param {string} address */
  async start(address) {
    const { settings, problems } = readSettings(address);
    this.settings = settings;
    fill(this.problems, ...sentences(problems).map((word) => h("p", { class: "problem" }, word)));
    await this.list();
    await this.open();
  }

  /** The list of runs; the newest is opened where the address names none. */
  async list() {
    try {
      const runs = await api.get("/api/runs");
      if (!runs.length) {
        fill(this.runList, h("p", { class: "faint" }, "No runs yet. Give fit() the callback:"), h("code", {}, "callbacks=[saccade.callbacks.Studio()]"));
        return;
      }
      if (this.gone) this.trouble.textContent = "";
      this.gone = false;
      const opened = this.settings.run;
      if (!opened) this.settings.run = runs[0].name;
      fill(this.runList, ...runs.map((/** @type {any} */ run) => this.runRow(run)));
      if (!opened) await this.open();
    } catch {
      this.gone = true;
      this.trouble.textContent = "The studio's server has gone. Start it again with `saccade studio`.";
    }
  }

  /** @param {{name: string, state: string, reason?: string, epochs?: number}} run */
  runRow({ name, state, reason }) {
    const current = name === this.settings.run;
    const others = this.settings.beside.split(",").filter(Boolean);
    const box = h("input", { type: "checkbox", "aria-label": `${name} in the charts`, title: "beside the others in the charts" });
    box.checked = current || others.includes(name);
    box.disabled = current;
    box.addEventListener("change", () => {
      const next = others.filter((other) => other !== name);
      if (box.checked) next.push(name);
      this.settings.beside = next.join(",");
      void this.loadBeside();
    });
    const choose = button(name, () => {
      this.settings = { ...readSettings("").settings, run: name, beside: this.settings.beside };
      void this.open();
      void this.list();
    }, { test: `run-${name}`, class: "plain" });
    choose.setAttribute("aria-pressed", String(current));
    return h("div", { class: "runrow", title: reason ?? "" }, box, choose, h("span", { class: "faint" }, state));
  }

  async open() {
    this.leave();
    const name = this.settings.run;
    if (!name) return;
    try {
      this.runs.set(name, await api.get(`/api/runs/${encodeURIComponent(name)}`));
      this.trouble.textContent = "";
    } catch (error) {
      this.trouble.textContent = /** @type {Error} */ (error).message;
      return;
    }
    this.examples = null;
    this.outputs = undefined;
    await this.loadBeside();
    this.showControls();
    this.watch(name);
    await this.look({});
  }

  async loadBeside() {
    for (const name of this.settings.beside.split(",").filter(Boolean)) {
      if (this.runs.has(name)) continue;
      try {
        this.runs.set(name, await api.get(`/api/runs/${encodeURIComponent(name)}`));
      } catch {
        this.settings.beside = this.settings.beside.split(",").filter((other) => other !== name).join(",");
      }
    }
    this.save();
    this.drawCharts();
  }

  /** Follows a run that goes on; the browser joins again by itself. @param {string} name */
  watch(name) {
    const run = /** @type {Details} */ (this.run);
    if (!["running", "paused"].includes(run.state.state)) return;
    this.stream = new EventSource(`/api/runs/${encodeURIComponent(name)}/events?after=${run.after}`);
    this.stream.onmessage = (event) => {
      const news = JSON.parse(event.data);
      run.rows.push(...news.rows);
      const grown = news.kept.length !== run.kept.length;
      run.kept = news.kept;
      run.state = news.state;
      this.drawCharts();
      this.showStatus();
      if (grown && this.settings.epoch < 0) this.follow();
      if (!["running", "paused"].includes(run.state.state)) {
        this.leave();
        this.showControls();
        this.follow();
      }
    };
    // The end of the stream is no trouble: what was missed is asked for again.
    this.stream.onerror = () => {
      this.leave();
      setTimeout(() => {
        if (this.settings.run === name) void this.open();
      }, 1000);
    };
  }

  leave() {
    this.stream?.close();
    this.stream = null;
  }

  save() {
    history.replaceState(null, "", `#${write(this.settings, SCHEMA)}`);
  }

  /** Looks at the newest epoch, at most once a second and never before the last is there. */
  follow() {
    this.behind = true;
    if (this.following) return;
    this.following = true;
    void (async () => {
      while (this.behind) {
        await this.pending;
        this.behind = false;
        const start = performance.now();
        await this.look({});
        const took = performance.now() - start;
        await new Promise((done) => setTimeout(done, Math.max(FOLLOW_EVERY, REST * took)));
      }
      this.following = false;
    })();
  }

  /** Changes what is looked at, and asks for it. @param {Partial<import("../../lib/training/state.js").Settings>} changes */
  look(changes) {
    this.pending = this.ask(changes);
    return this.pending;
  }

  /** @param {Partial<import("../../lib/training/state.js").Settings>} changes */
  async ask(changes) {
    const { run } = this;
    if (!run) return;
    const latest = run.kept[run.kept.length - 1] ?? 0;
    if (changes.epoch === latest) changes.epoch = -1; // follows what is to come
    Object.assign(this.settings, changes);
    this.save();
    const epoch = this.settings.epoch < 0 ? latest : this.settings.epoch;
    const range = this.epoch.element.querySelector("input");
    if (range) range.max = String(latest);
    this.epoch.set(epoch);
    const asked = ++this.asked;
    if (changes.layer) fill(this.cell, h("p", { class: "faint" }, "Computing the sum…"));
    if (!this.outputs) fill(this.network, h("p", { class: "faint" }, "Computing what the network sees…"));
    const base = `/api/runs/${encodeURIComponent(run.name)}`;
    try {
      this.examples ??= await api.get(`${base}/examples`);
      const [buffer, states, predictions] = await Promise.all([
        api.getBuffer(`${base}/activations?epoch=${epoch}&example=${this.settings.example}`),
        api.get(`${base}/layers?epoch=${epoch}`),
        api.get(`${base}/predictions?epoch=${epoch}`),
      ]);
      if (asked !== this.asked) return;
      this.outputs = unpack(buffer);
      this.predictions = predictions;
      this.trouble.textContent = "";
      await this.showCell(base, epoch);
      if (asked === this.asked) this.showNetwork(states);
    } catch (error) {
      if (asked === this.asked) this.trouble.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {any} states */
  showNetwork(states) {
    const { examples, predictions, settings, run } = this;
    if (!examples || !this.outputs || !run) return;
    const choose = (/** @type {number} */ example) => void this.look({ example });
    fill(this.pictures, exampleStrip({ ...examples, labels: predictions.labels ?? examples.labels, guesses: predictions.guesses ?? null, names: run.classes }, settings.example, choose));
    fill(this.network, ...networkTiles(this.outputs.layers, { layer: settings.layer, position: settings.position, filter: settings.filter, names: run.classes, window: this.window }, (layer, position, filter) => void this.look({ layer, position, filter })));
    fill(this.states, layerTable(states));
    fill(this.confusion, confusionTable(predictions, examples, run.classes, choose));
  }

  /** @param {string} base @param {number} epoch */
  async showCell(base, epoch) {
    const { layer, position, filter, example } = this.settings;
    this.window = [];
    if (!layer) {
      fill(this.cell, h("p", { class: "faint" }, "Click a cell of a layer to see the sum that made it; with keys: Enter on a tile, then the arrows."));
      return;
    }
    const query = new URLSearchParams({ epoch: String(epoch), example: String(example), layer, position: position.join(","), filter: String(filter) });
    try {
      const found = await api.get(`${base}/cell?${query}`);
      this.window = found.window;
      fill(this.cell, h("h2", {}, `${found.layer} (${found.kind})`), ...found.lines.map((/** @type {string} */ line) => h("p", { class: "number" }, line)), h("p", { class: "faint" }, `The layer itself computed ${short(found.measured)}.`));
    } catch (error) {
      fill(this.cell, h("p", { class: "problem" }, /** @type {Error} */ (error).message));
    }
  }

  showStatus() {
    const { run } = this;
    if (!run) return;
    const epochs = run.rows.filter(({ kind }) => kind === "epoch").length;
    const rate = rateOf(run.rows);
    const { state } = run.state;
    const parts = [state, run.state.reason, `${epochs} ${epochs === 1 ? "epoch" : "epochs"} finished`, rate === null ? "" : `learning rate ${short(rate)}`];
    const going = ["running", "paused"].includes(state);
    this.status.textContent = `${run.name}: ${parts.filter(Boolean).join(", ")}. ${going ? lastAnswer(run.rows) : ""}`;
    this.keptWords.textContent = run.kept.length && run.kept.length < epochs
      ? `The weights of ${run.kept.length} of these epochs are kept, so that keeping them does not slow the training; the slider stops at the nearest.`
      : "";
    if (this.pauseButton) this.pauseButton.disabled = state === "paused";
    if (this.goButton) this.goButton.disabled = state !== "paused";
  }

  showControls() {
    this.showStatus();
    const { run } = this;
    const going = run && ["running", "paused"].includes(run.state.state);
    if (!going) {
      fill(this.controls);
      return;
    }
    if (!api.mayChange()) {
      fill(this.controls, h("p", { class: "faint" }, "To stop or change the run, open the address that was printed at the start."));
      return;
    }
    const send = async (/** @type {string} */ action, /** @type {number | null} */ value = null) => {
      try {
        await api.post(`/api/runs/${encodeURIComponent(run.name)}/command`, { action, value });
        this.trouble.textContent = "";
      } catch (error) {
        this.trouble.textContent = /** @type {Error} */ (error).message;
      }
    };
    const rate = h("input", { type: "number", min: 0, step: "any", "aria-label": "New learning rate", "data-testid": "rate" });
    this.pauseButton = button("Pause", () => void send("pause"), { test: "pause" });
    this.goButton = button("Go on", () => void send("go"), { test: "go" });
    fill(
      this.controls,
      this.pauseButton,
      this.goButton,
      button("Stop", () => void send("stop"), { test: "stop" }),
      h("label", { class: "field" }, h("span", { class: "name" }, "Learning rate"), rate),
      button("Set", () => {
        if (rate.value !== "" && rate.validity.valid) void send("rate", Number(rate.value));
      }, { test: "set-rate" }),
    );
    this.showStatus();
  }

  drawCharts() {
    const shown = [this.settings.run, ...this.settings.beside.split(",")].map((name) => this.runs.get(name)).filter((run) => run !== undefined);
    const curves = shown.map((run) => ({ run, ...curvesOf(run.rows, run.steps) }));
    const places = curves.map((curve) => new Map(curve.xs.map((x, at) => [x, at])));
    const names = chartsOf(curves.flatMap(({ series }) => Object.keys(series)));
    if (names.join() !== [...this.made.keys()].join()) {
      this.made = new Map(names.map((name) => [name, chart({ label: `${name} of each epoch`, height: 190, test: `chart-${name}` })]));
      fill(this.charts, ...[...this.made].map(([name, { element }]) => h("section", { class: "card" }, h("h2", {}, name), element)));
    }
    for (const name of names) {
      const xs = [...new Set(curves.flatMap((curve) => curve.xs))].sort((a, b) => a - b);
      const lines = curves.flatMap(({ run, series }, k) =>
        [`val_${name}`, name].filter((key) => key in series).map((key) => ({
          name: `${shown.length > 1 ? `${run.name} ` : ""}${key.startsWith("val_") ? "validation" : "training"}`,
          colour: lineColour(k),
          dash: key.startsWith("val_") ? [] : [5, 3],
          values: xs.map((x) => series[key][places[k].get(x) ?? -1] ?? NaN),
        })),
      );
      this.made.get(name)?.show(xs, lines);
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || /^(input|select|textarea)$/i.test(target.tagName)) return;
    const kept = this.run?.kept ?? [];
    const now = this.settings.epoch < 0 ? kept.length - 1 : kept.indexOf(this.settings.epoch);
    const next = { ArrowLeft: kept[now - 1], ArrowRight: kept[now + 1] }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    void this.look({ epoch: next });
  }
}
