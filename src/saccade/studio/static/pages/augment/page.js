// Augment: what a network would see of a picture, again and again, and the words for it.

import { mayChange, postFile, get } from "../../ui/api.js";
import { button, slider } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { sentences, write as writeAddress } from "../../lib/address.js";
import { SCHEMA, parse, readSettings, write } from "../../lib/augment/spec.js";
import { samplePicture } from "./sample.js";

/** @typedef {import("../../lib/augment/spec.js").Step} Step */
/** @typedef {import("../../lib/augment/spec.js").Chosen} Chosen */

const INTRODUCTION =
  "A network that sees each picture turned, shifted and lit in other ways learns what matters. " +
  "Choose changes that could happen in your photographs, and none that change the answer: a " +
  "mirrored cat is a cat, a mirrored letter is not.";
const WAIT = 250; // milliseconds after the last change of a slider
const COUNT = 12;

/** @param {HTMLElement} root */
export function mount(root) {
  const page = new Augment(root);
  void page.start(location.hash);
  addEventListener("hashchange", () => void page.start(location.hash));
  return () => {};
}

class Augment {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.settings = readSettings("").settings;
    /** @type {Step[]} */
    this.steps = [];
    /** @type {Chosen[]} */
    this.chosen = [];
    /** @type {File[]} */
    this.files = [];
    this.at = 0;
    this.timer = 0;
    this.asked = 0;
    this.problems = h("div", { role: "status", "data-testid": "problems" });
    this.trouble = h("p", { role: "alert", "data-testid": "trouble" });
    this.list = h("div", { class: "stack", "data-testid": "steps" });
    this.grid = h("div", { class: "grid", "data-testid": "grid" });
    this.words = h("ol", { "data-testid": "words" });
    this.code = h("pre", { class: "number", "data-testid": "code" });
    this.which = h("p", { class: "faint", "data-testid": "which" });
    fill(
      root,
      h("h1", {}, "Augment"),
      h("p", { class: "lead" }, INTRODUCTION),
      this.problems,
      h(
        "div",
        { class: "sides" },
        h("section", { class: "card stack", "aria-label": "Steps" }, h("h2", {}, "Steps"), h("p", { class: "faint small" }, "They act in the order in which you choose them."), this.list),
        h(
          "div",
          { class: "stack" },
          h("section", { class: "card stack", "aria-label": "Pictures" }, this.chooser(), this.which, this.trouble, this.grid, h("div", { class: "presets" }, button("Other draws", () => this.change({ seed: this.settings.seed + 1 }), { test: "again" }))),
          h("section", { class: "card stack", "aria-label": "The same in words" }, h("h2", {}, "The same in words"), this.words, this.code),
        ),
      ),
    );
    Object.defineProperty(window, "__lab", { configurable: true, get: () => ({ ...this.settings, shown: this.grid.querySelectorAll("img").length }) });
  }

  chooser() {
    const one = h("input", { type: "file", accept: "image/*", multiple: true, "aria-label": "Pictures of your own", "data-testid": "files" });
    const folder = h("input", { type: "file", webkitdirectory: true, "aria-label": "A folder of pictures", "data-testid": "folder" });
    for (const input of [one, folder]) {
      input.addEventListener("change", () => {
        this.files = [...(input.files ?? [])].filter(({ type }) => type.startsWith("image/"));
        this.at = 0;
        this.trouble.textContent = this.files.length || !input.files?.length ? "" : "There is no picture among these files.";
        this.soon();
      });
    }
    const turn = (/** @type {number} */ by) => {
      if (!this.files.length) return;
      this.at = (this.at + by + this.files.length) % this.files.length;
      this.soon();
    };
    return h(
      "div",
      { class: "bar" },
      h("label", { class: "field" }, h("span", { class: "name" }, "Pictures of your own"), one),
      h("label", { class: "field" }, h("span", { class: "name" }, "or a folder"), folder),
      button("◀", () => turn(-1), { title: "The picture before", test: "previous" }),
      button("▶", () => turn(1), { title: "The next picture", test: "next" }),
    );
  }

  /** @param {string} address */
  async start(address) {
    const { settings, problems } = readSettings(address);
    this.settings = settings;
    try {
      if (!this.steps.length) this.steps = await get("/api/augment/steps");
    } catch (error) {
      this.trouble.textContent = /** @type {Error} */ (error).message;
      return;
    }
    const understood = parse(settings.spec, this.steps);
    this.chosen = understood.chosen;
    const words = [...sentences(problems), ...understood.problems];
    fill(this.problems, ...words.map((word) => h("p", { class: "problem" }, word)));
    this.showSteps();
    this.change({ spec: write(this.chosen) });
  }

  /** @param {Partial<{spec: string, seed: number}>} changes */
  change(changes) {
    Object.assign(this.settings, changes);
    history.replaceState(null, "", `#${writeAddress(this.settings, SCHEMA)}`);
    this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), WAIT);
  }

  async ask() {
    if (!mayChange()) {
      this.trouble.textContent = "To send a picture to the studio, open the address that was printed at the start.";
      return;
    }
    const asked = ++this.asked;
    const file = this.files[this.at] ?? (await samplePicture());
    const name = this.files.length ? file.name : "the sample";
    const query = new URLSearchParams({ spec: this.settings.spec, seed: String(this.settings.seed), count: String(COUNT), name });
    try {
      this.which.textContent = `${name}: working…`;
      const found = await postFile(`/api/augment?${query}`, file);
      if (asked !== this.asked) return;
      this.trouble.textContent = "";
      this.show(found, name);
    } catch (error) {
      if (asked === this.asked) this.trouble.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {any} found @param {string} name */
  show(found, name) {
    const place = this.files.length > 1 ? `, ${this.at + 1} of ${this.files.length}` : "";
    this.which.textContent = `${name}${place}, shown ${found.shape[1]} × ${found.shape[0]}: as it is, then ${COUNT} draws`;
    const picture = (/** @type {string} */ data, /** @type {string} */ words) => h("img", { src: `data:image/png;base64,${data}`, alt: words, title: words });
    fill(this.grid, picture(found.original, "as it is"), ...found.pictures.map((/** @type {string} */ data, /** @type {number} */ k) => picture(data, `draw ${k + 1}`)));
    fill(this.words, ...found.words.map((/** @type {string} */ word) => h("li", {}, `${word}.`)));
    this.code.textContent = found.python.length
      ? ["# in a model, before its first layer:", ...found.python.map((/** @type {string} */ line) => (line.startsWith("#") ? line : `${line},`)), "", "# on the command line:", found.cli].join("\n")
      : "Nothing is changed yet: choose a step.";
  }

  showSteps() {
    fill(this.list, ...this.steps.map((step) => this.stepRow(step)));
  }

  /** @param {Step} step */
  stepRow(step) {
    const found = this.chosen.find(({ name }) => name === step.name);
    const box = h("input", { type: "checkbox", "data-testid": `step-${step.name}` });
    box.checked = found !== undefined;
    box.addEventListener("change", () => {
      this.chosen = this.chosen.filter(({ name }) => name !== step.name);
      if (box.checked) this.chosen.push({ name: step.name, numbers: [...step.defaults] });
      this.showSteps();
      this.change({ spec: write(this.chosen) });
    });
    const wordsOf = () => step.words.replace(/\{(\d)\}/g, (_, k) => String(found?.numbers[Number(k)] ?? step.defaults[Number(k)]));
    const words = wordsOf();
    const shown = h("p", { class: "faint small" }, words);
    const sliders = found
      ? step.limits.map(([low, high], k) => {
          const control = slider(step.names[k], { low, high, step: high > 10 ? 1 : 0.01, test: `${step.name}-${k}` }, found.numbers[k], (value) => {
            found.numbers[k] = value;
            shown.textContent = wordsOf();
            this.change({ spec: write(this.chosen) });
          });
          return control.element;
        })
      : [];
    return h("div", {}, h("label", { class: "check", title: words }, box, " ", step.name), found ? shown : null, ...sliders);
  }
}
