// Functions and losses: what one neuron does, why signals vanish, what losses punish.

import { button, select, slider } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { plot } from "../../ui/plot.js";
import { ACTIVATIONS } from "../../lib/activations.js";
import { sentences, write } from "../../lib/address.js";
import * as lab from "../../lib/functions.js";

const INTRODUCTION =
  "The few functions that networks are made of. Drag a point, move a slider, and see what follows.";
const BLUE = "var(--accent)";
const WARM = "var(--warm)";

/** @param {HTMLElement} root */
export function mount(root) {
  const page = new Functions(root);
  page.start(location.hash);
  addEventListener("hashchange", () => page.start(location.hash));
  return () => {};
}

/** @param {number} value @param {number} [digits] */
const words = (value, digits = 3) => String(Number(value.toFixed(digits))).replace("-", "−");
/** @param {number} value */
const bracketed = (value) => (value < 0 ? `(${words(value)})` : words(value));
/** @param {number} value */
const precise = (value) => (Math.abs(value) >= 0.001 || value === 0 ? words(value, 4) : value.toExponential(2).replace("-", "−"));

const activationNames = /** @type {[string, string][]} */ (
  Object.entries(ACTIVATIONS).map(([name, { title }]) => [name, title])
);

class Functions {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.settings = lab.readSettings("").settings;
    this.problems = h("div", { role: "status", "data-testid": "problems" });
    /** @type {(() => void)[]} what draws each card */
    this.cards = [];
    fill(
      root,
      h("h1", {}, "Functions and losses"),
      h("p", { class: "lead" }, INTRODUCTION),
      this.problems,
      h("div", { class: "pair" }, this.neuronCard(), this.activationCard(), this.chainCard(), this.softmaxCard(), this.lossCard()),
    );
    Object.defineProperty(window, "__lab", { configurable: true, get: () => structuredClone(this.settings) });
  }

  /** @param {string} address */
  start(address) {
    const { settings, problems } = lab.readSettings(address);
    this.settings = settings;
    fill(this.problems, ...sentences(problems).map((word) => h("p", { class: "problem" }, word)));
    this.draw();
  }

  /** @param {Partial<import("../../lib/functions.js").Settings>} changes */
  change(changes) {
    Object.assign(this.settings, changes);
    history.replaceState(null, "", `#${write(this.settings, lab.SCHEMA)}`);
    this.draw();
  }

  draw() {
    for (const card of this.cards) card();
  }

  /** @param {string} title @param {string} lead @param {...Node} children */
  card(title, lead, ...children) {
    return h("section", { class: "card stack", "aria-label": title }, h("h2", {}, title), h("p", { class: "faint" }, lead), ...children);
  }

  neuronCard() {
    const rows = h("div", { class: "stack" });
    const sum = h("p", { class: "number", "data-testid": "neuron-sum" });
    const result = h("p", { class: "number total", "data-testid": "neuron-output" });
    const kind = select("Activation", activationNames, "relu", (value) => this.change({ neuron: value }), { test: "neuron-activation" });
    const bias = slider("bias", { low: -3, high: 3, step: 0.1, test: "bias" }, 0, (value) => this.change({ bias: value }));
    /** @type {{set: (k: number) => void}[]} */
    let made = [];
    const build = () => {
      const { inputs } = this.settings;
      const lines = inputs.map((_, k) => {
        const set = (/** @type {"inputs" | "weights"} */ name) => (/** @type {number} */ value) =>
          this.change({ [name]: this.settings[name].map((old, at) => (at === k ? value : old)) });
        const input = slider(`x${k + 1}`, { low: -3, high: 3, step: 0.1, test: `input-${k}` }, 0, set("inputs"));
        const weight = slider(`w${k + 1}`, { low: -3, high: 3, step: 0.1, test: `weight-${k}` }, 0, set("weights"));
        return {
          element: h("div", { class: "halves" }, input.element, weight.element),
          set: () => {
            input.set(this.settings.inputs[k]);
            weight.set(this.settings.weights[k]);
          },
        };
      });
      made = lines;
      fill(rows, ...lines.map((line) => line.element));
    };
    const more = button("+ input", () => {
      const { inputs, weights } = this.settings;
      if (inputs.length < 6) this.change({ inputs: [...inputs, 1], weights: [...weights, 1] });
    }, { test: "more-inputs" });
    const fewer = button("− input", () => {
      const { inputs, weights } = this.settings;
      if (inputs.length > 1) this.change({ inputs: inputs.slice(0, -1), weights: weights.slice(0, -1) });
    }, { test: "fewer-inputs" });
    this.cards.push(() => {
      const { inputs, weights, bias: shift, neuron } = this.settings;
      if (made.length !== inputs.length) build();
      made.forEach((line, k) => line.set(k));
      bias.set(shift);
      kind.set(neuron);
      const found = lab.neuron(inputs, weights, shift, neuron);
      const terms = inputs.map((input, k) => `${bracketed(input)} · ${bracketed(weights[k])}`);
      sum.textContent = `z = ${terms.join(" + ")} + ${bracketed(shift)} = ${words(found.sum)}`;
      result.textContent = `output = ${ACTIVATIONS[neuron].title}(${words(found.sum)}) = ${words(found.output, 4)}`;
    });
    return this.card("A neuron", "Each input times its weight, all added with the bias; then a function of the sum.", rows, h("div", { class: "presets" }, more, fewer), bias.element, kind.element, sum, result);
  }

  activationCard() {
    const graph = plot({ label: "z", x: [-5, 5], y: [-1.5, 3], test: "activation-plot", move: (z) => this.change({ z }) });
    const kind = select("Function", activationNames, "sigmoid", (value) => this.change({ activation: value }), { test: "activation" });
    const line = h("p", { class: "number", "data-testid": "activation-words" });
    this.cards.push(() => {
      const { activation, z } = this.settings;
      const { title, formula, value, slope } = ACTIVATIONS[activation];
      kind.set(activation);
      graph.show([{ f: value, colour: BLUE, name: title }, { f: slope, colour: WARM, name: "its slope", dash: "5 3" }], z, slope(z));
      line.textContent = `${title}(z) = ${formula};  at z = ${words(z)}: ${words(value(z), 4)}, slope ${words(slope(z), 4)}`;
    });
    return this.card("Activation functions", "Without them, layers upon layers would be one linear layer. Training follows the slope: where it is 0, nothing is learnt.", kind.element, graph.element, line);
  }

  chainCard() {
    const bars = h("div", { class: "bars", "data-testid": "chain" });
    const line = h("p", {});
    const count = slider("Layers", { low: 1, high: 30, step: 1, test: "layers" }, 10, (value) => this.change({ layers: value }));
    const weight = slider("Weight of each", { low: -3, high: 3, step: 0.1, test: "weight" }, 1, (value) => this.change({ weight: value }));
    this.cards.push(() => {
      const { layers, weight: w, activation } = this.settings;
      count.set(layers);
      weight.set(w);
      const { gradients, factors } = lab.chain(1, w, layers, activation);
      fill(bars, ...Array.from({ length: layers }, (_, k) => layers - k).filter((k) => k === 1 || k === layers || layers <= 12 || k % Math.ceil(layers / 10) === 0).flatMap((k) => bar(`layer ${k}`, gradients[k], precise(gradients[k]))));
      const title = ACTIVATIONS[activation].title;
      const size = Math.abs(gradients[0]);
      line.textContent =
        `Each ${title} layer multiplies the gradient by weight · slope, here ${words(factors[layers - 1], 4)} in the last. ` +
        (size < 0.01 ? `Of 1 at the end, ${precise(gradients[0])} reaches the input: it vanishes.` : size > 100 ? `Of 1 at the end, ${precise(gradients[0])} reaches the input: it explodes.` : `Of 1 at the end, ${precise(gradients[0])} reaches the input.`);
    });
    return this.card("The signal through many layers", "The gradient on its way back, for the function of the card before. Compare sigmoid with ReLU.", count.element, weight.element, bars, line);
  }

  softmaxCard() {
    const sliders = h("div", { class: "stack" });
    const bars = h("div", { class: "bars", "data-testid": "softmax" });
    const line = h("p", { class: "number" });
    const heat = slider("Temperature", { low: 0.1, high: 5, step: 0.1, test: "temperature" }, 1, (value) => this.change({ temperature: value }));
    /** @type {import("../../ui/controls.js").Control<number>[]} */
    let made = [];
    const shift = button("All + 1", () => this.change({ logits: this.settings.logits.map((logit) => Number((logit + 1).toFixed(2))) }), { test: "shift" });
    this.cards.push(() => {
      const { logits, temperature } = this.settings;
      if (made.length !== logits.length) {
        made = logits.map((_, k) => slider(`score ${k + 1}`, { low: -5, high: 5, step: 0.1, test: `logit-${k}` }, 0, (value) => this.change({ logits: this.settings.logits.map((old, at) => (at === k ? value : old)) })));
        fill(sliders, ...made.map(({ element }) => element));
      }
      made.forEach((control, k) => control.set(logits[k]));
      heat.set(temperature);
      const { shares, powers, sum } = lab.softmax(logits, temperature);
      fill(bars, ...shares.flatMap((share, k) => bar(`class ${k + 1}`, share, `${(100 * share).toFixed(1)} %`)));
      line.textContent = `class 1: e^${words(logits[0] / temperature)} / sum = ${words(powers[0])} / (${powers.map((power) => words(power)).join(" + ")}) = ${words(powers[0])} / ${words(sum)} = ${words(shares[0], 4)}`;
    });
    return this.card("Softmax", "Any scores become shares of 1. Adding the same to all changes nothing; the temperature makes them alike or sharp.", sliders, h("div", { class: "presets" }, shift), heat.element, bars, line);
  }

  lossCard() {
    const graph = plot({ label: "answer before the sigmoid", x: [-6, 6], y: [0, 6], test: "loss-plot", move: (logit) => this.change({ logit }) });
    const target = select("Right answer", [["1", "1: yes"], ["0", "0: no"]], "1", (value) => this.change({ target: Number(value) }), { test: "target" });
    const table = h("table", { "data-testid": "losses" });
    this.cards.push(() => {
      const { logit } = this.settings;
      const right = /** @type {0 | 1} */ (this.settings.target);
      target.set(String(right));
      graph.show(
        [
          { f: (z) => lab.losses(z, right).crossentropy, colour: BLUE, name: "cross-entropy" },
          { f: (z) => lab.losses(z, right).square, colour: WARM, name: "squared error", dash: "5 3" },
        ],
        logit,
      );
      const found = lab.losses(logit, right);
      const cell = (/** @type {number} */ value) => h("td", { class: "number" }, words(value, 4));
      fill(
        table,
        h("tr", {}, h("th", {}), h("th", {}, "loss"), h("th", {}, "slope")),
        h("tr", {}, h("th", { class: "left" }, "cross-entropy"), cell(found.crossentropy), cell(found.crossentropySlope)),
        h("tr", {}, h("th", { class: "left" }, "squared error"), cell(found.square), cell(found.squareSlope)),
        h("tr", {}, h("th", { class: "left" }, "p = sigmoid"), cell(found.p), h("td", {})),
      );
    });
    return this.card("Two losses for yes or no", "Drag the answer far to the wrong side: the squared error goes flat there, so its slope teaches nothing; cross-entropy's slope is p − t.", target.element, graph.element, table);
  }
}

/** @param {string} name @param {number} value @param {string} shown */
function bar(name, value, shown) {
  const filled = h("span", { class: value < 0 ? "fill negative" : "fill" });
  filled.style.width = `${Math.min(1, Math.abs(value)) * 100}%`;
  return [h("span", { class: "faint" }, name), h("span", { class: "rail" }, filled), h("span", { class: "number" }, shown)];
}
