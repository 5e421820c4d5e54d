// The convolution explorer: a window slides over numbers; every product and sum is shown.

import { fill, h } from "../../ui/dom.js";
import { sentences, write } from "../../lib/address.js";
import * as lib from "../../lib/convolution.js";
import * as state from "../../lib/convolution-state.js";
import { packChannels, parseChannels, writeChannels } from "../../lib/matrices.js";
import { buildView } from "./view.js";
import { showArithmetic, showSizes } from "./arithmetic.js";

/** @typedef {import("../../lib/convolution.js").Layer} Layer */
/** @typedef {import("../../lib/convolution.js").Channels} Channels */

const SLIDE = 450; // milliseconds a position

/** @param {HTMLElement} root */
export function mount(root) {
  const page = new Explorer(root);
  page.start(location.hash);
  addEventListener("hashchange", () => page.start(location.hash));
  return () => page.pause();
}

/** The state of the tab and what its controls do. */
export class Explorer {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.settings = state.readSettings("").settings;
    this.timer = 0;
    /** @type {{row: number, column: number} | null} the input cell under the cursor */
    this.under = null;
    /** @type {Layer | null} the last layer that could be computed */
    this.layer = null;
    /** @type {Channels} */
    this.output = [];
    this.view = buildView(root, this);
    addEventListener("keydown", (event) => this.key(event));
    Object.defineProperty(window, "__lab", {
      configurable: true,
      get: () => ({ settings: { ...this.settings }, output: structuredClone(this.output), playing: this.timer !== 0 }),
    });
  }

  /** @param {string} address */
  start(address) {
    const { settings, problems } = state.readSettings(address);
    this.settings = settings;
    fill(this.view.problems, ...sentences(problems).map((word) => h("p", { class: "problem" }, word)));
    const preset = state.PRESETS.find(({ hash }) => decodeURI(address) === `#${hash}`);
    this.view.words.textContent = preset?.words ?? "";
    this.compute(true);
  }

  /** @param {string} name @param {unknown} value */
  change(name, value) {
    /** @type {any} */ (this.settings)[name] = value;
    this.compute(false);
  }

  /** Takes the text of the input; an error is shown beside it. @param {string} text */
  takeInput(text) {
    const understood = this.guard(() => {
      const channels = parseChannels(text);
      this.settings.input = packChannels(channels);
      const before = this.layer?.input.length;
      // A kernel for another number of channels does not fit: its first matrix serves all.
      if (before !== channels.length) this.settings.kernel = firstMatrices(this.settings.kernel);
    });
    if (understood) this.compute(false);
  }

  /** @param {Channels} channels */
  setInput(channels) {
    this.takeInput(writeChannels(channels));
    this.view.input.value = writeChannels(channels);
  }

  /** @param {() => void} work */
  guard(work) {
    try {
      work();
      this.view.trouble.textContent = "";
      return true;
    } catch (error) {
      this.view.trouble.textContent = /** @type {Error} */ (error).message;
      return false;
    }
  }

  /** Reads the settings, computes all outputs, draws. @param {boolean} anew also the fields */
  compute(anew) {
    const done = this.guard(() => {
      const layer = layerOf(this.settings);
      this.output = this.pooling ? lib.pooled(layer.input, this.pool) : lib.convolve(layer);
      this.layer = layer;
    });
    history.replaceState(null, "", `#${write(this.settings, state.SCHEMA)}`);
    if (!done) return;
    if (anew) this.view.sync();
    this.view.rebuild();
    this.keepInside();
    this.draw();
  }

  get pooling() {
    return this.settings.mode !== "convolution";
  }

  /** @returns {import("../../lib/convolution.js").Pool} */
  get pool() {
    const { pool, stride, padding, mode } = this.settings;
    const kind = mode === "average" ? "average" : "max";
    return { size: pool, stride, padding: padding === "same" ? "same" : "valid", kind };
  }

  get axes() {
    const layer = /** @type {Layer} */ (this.layer);
    return this.pooling ? lib.poolAxes(layer.input, this.pool) : lib.axesOf(layer);
  }

  keepInside() {
    const { rows, columns } = this.axes;
    const { settings } = this;
    settings.row = Math.min(settings.row, rows.out - 1);
    settings.column = Math.min(settings.column, columns.out - 1);
    settings.filter = Math.min(settings.filter, this.output.length - 1);
  }

  draw() {
    if (!this.layer) return;
    this.view.draw();
    showArithmetic(this.view.arithmetic, this);
    showSizes(this.view.sizes, this);
    history.replaceState(null, "", `#${write(this.settings, state.SCHEMA)}`);
  }

  /** @param {number} row @param {number} column @param {number} [filter] */
  look(row, column, filter = this.settings.filter) {
    Object.assign(this.settings, { row, column, filter });
    this.keepInside();
    this.draw();
  }

  /** The next position of the window, row by row. @param {number} by */
  move(by) {
    const { rows, columns } = this.axes;
    const all = rows.out * columns.out;
    const at = (this.settings.row * columns.out + this.settings.column + by + all) % all;
    this.look(Math.floor(at / columns.out), at % columns.out);
  }

  play() {
    if (this.timer) return;
    this.timer = window.setInterval(() => this.move(1), SLIDE);
    this.view.playButton.textContent = "Pause";
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.view.playButton.textContent = "Slide";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(input|select|textarea)$/i.test(target.tagName)) return;
    if (event.key === " " && /^(button|summary)$/i.test(target.tagName)) return; // it is pressed
    const columns = this.layer ? this.axes.columns.out : 1;
    const actions = /** @type {Record<string, () => void>} */ ({
      " ": () => (this.timer ? this.pause() : this.play()),
      ArrowRight: () => this.move(1),
      ArrowLeft: () => this.move(-1),
      ArrowDown: () => this.move(columns),
      ArrowUp: () => this.move(-columns),
    });
    if (!actions[event.key]) return;
    event.preventDefault();
    if (event.key !== " ") this.pause();
    actions[event.key]();
  }
}

/** @param {string} packed */
const firstMatrices = (packed) =>
  packed.split("/").map((filter) => filter.split("|")[0]).join("/");

/** @param {import("../../lib/convolution-state.js").Settings} settings @returns {Layer} */
function layerOf(settings) {
  const input = parseChannels(settings.input);
  const kernels = state.parseKernels(settings.kernel, input.length);
  return {
    input,
    kernels,
    biases: state.parseBiases(settings.bias, kernels.length),
    padding: state.paddingOf(settings.padding),
    stride: settings.stride,
    dilation: settings.dilation,
    relu: settings.relu,
  };
}
