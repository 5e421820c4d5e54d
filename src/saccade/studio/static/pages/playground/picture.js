// The network as a picture: a tile a node, a curve a link, and the sums behind one node.

import { diverging, css, paint, paintClasses } from "../../ui/palette.js";
import { button } from "../../ui/controls.js";
import { fill, h, svg } from "../../ui/dom.js";
import { short } from "../../ui/chart.js";
import { FEATURES } from "../../lib/playground/features.js";
import { MOST_LAYERS, MOST_NEURONS } from "../../lib/playground/state.js";

/** @typedef {import("../../lib/playground/experiment.js").Experiment} Experiment */
/** @typedef {{layer: number, node: number}} Place layer -1 is the features */
/** @typedef {{element: HTMLElement, canvas: HTMLCanvasElement, bias: HTMLElement | null}} Tile */

/** A tile shows every so many-th cell of the grid. */
const TILE = 2;

/**
 * @typedef {object} Actions
 * @property {(shape: number[]) => void} reshape
 * @property {(key: string) => void} toggle a feature
 * @property {(place: Place | null) => void} look show this node in the large picture
 * @property {(place: Place) => void} choose show the sums of this node
 */

/** @param {Actions} actions */
export function networkPicture(actions) {
  const links = svg("svg", { "aria-hidden": "true" });
  const layers = h("div", { class: "layers" });
  const element = h("div", { class: "net", "data-testid": "network" }, layers);
  /** @type {Tile[][]} the first row is the features, all of them */
  let tiles = [];
  /** @type {SVGPathElement[][]} */
  let paths = [];
  /** @type {Experiment | null} */
  let shown = null;

  /** Builds the tiles of an experiment; `update` paints them.
   * @param {Experiment} experiment */
  function build(experiment) {
    shown = experiment;
    const columns = [inputColumn(experiment, actions)];
    experiment.settings.networkShape.forEach((_, index) => {
      columns.push(hiddenColumn(experiment, index, actions));
    });
    columns.push(outputColumn(experiment, actions));
    tiles = columns.map((column) => column.tiles);
    fill(layers, links, ...columns.map((column) => column.element));
    drawLinks();
  }

  function drawLinks() {
    if (!shown) return;
    const frame = layers.getBoundingClientRect();
    links.setAttribute("width", String(layers.scrollWidth));
    links.setAttribute("height", String(layers.scrollHeight));
    paths = shown.network.layers.map((layer, index) =>
      Array.from(layer.weights, (_, at) => {
        const source = sourceTile(index, at % layer.inputs);
        const target = tiles[index + 1][Math.floor(at / layer.inputs)];
        return svg("path", { d: curve(source, target, frame), fill: "none", class: "flow" });
      }),
    );
    links.replaceChildren(...paths.flat());
  }

  /** @param {number} layer @param {number} source */
  function sourceTile(layer, source) {
    if (layer) return tiles[layer][source];
    const feature = /** @type {Experiment} */ (shown).features[source];
    return tiles[0][FEATURES.findIndex(({ key }) => key === feature.key)];
  }

  /**
   * @param {Float32Array[]} inputs of every feature on the grid
   * @param {number} size cells a side @param {boolean} discrete
   */
  function paintFeatures(inputs, size, discrete) {
    tiles[0].forEach(({ canvas }, k) => paint(canvas, inputs[k], { columns: size, discrete, every: TILE }));
  }

  /**
   * @param {Experiment} experiment
   * @param {Float32Array[][]} outputs on the grid
   * @param {number} size cells a side
   */
  function update(experiment, outputs, size) {
    shown = experiment;
    const options = { columns: size, discrete: experiment.settings.discretize, every: TILE };
    experiment.network.layers.forEach((layer, index) => {
      tiles[index + 1].forEach((tile, node) => {
        if (layer.activation === "softmax") {
          const scaled = outputs[index][node].map((share) => 2 * share - 1);
          paint(tile.canvas, scaled, options);
        } else {
          paint(tile.canvas, outputs[index][node], options);
        }
        if (tile.bias) showBias(tile.bias, layer.biases[node]);
      });
      paths[index].forEach((path, at) => style(path, layer.weights[at], experiment.epoch));
    });
  }

  new ResizeObserver(drawLinksAndStyle).observe(layers);
  function drawLinksAndStyle() {
    drawLinks();
    shown?.network.layers.forEach((layer, index) => {
      paths[index]?.forEach((path, at) => style(path, layer.weights[at], 0));
    });
  }
  return { element, build, paintFeatures, update };
}

/** @param {HTMLElement} square @param {number} bias */
function showBias(square, bias) {
  const words = `Bias ${short(bias)}`;
  if (square.title === words) return;
  square.title = words;
  square.style.background = css(diverging(bias));
}

/** @param {SVGPathElement} path @param {number} weight @param {number} epoch */
function style(path, weight, epoch) {
  set(path, "stroke", css(diverging(weight)));
  set(path, "stroke-width", (1 + (Math.min(Math.abs(weight), 5) / 5) * 9).toFixed(1));
  set(path, "stroke-dashoffset", (-epoch / 3).toFixed(1));
}

/** The browser draws again what was set, the same or not. @param {Element} path @param {string} name @param {string} value */
function set(path, name, value) {
  if (path.getAttribute(name) !== value) path.setAttribute(name, value);
}

/** @param {Tile} source @param {Tile} target @param {DOMRect} frame */
function curve(source, target, frame) {
  const from = source.canvas.getBoundingClientRect();
  const to = target.canvas.getBoundingClientRect();
  const x1 = from.right - frame.left;
  const y1 = from.top + from.height / 2 - frame.top;
  const x2 = to.left - frame.left;
  const y2 = to.top + to.height / 2 - frame.top;
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** @typedef {{element: HTMLElement, tiles: Tile[]}} Column */

/** @param {Experiment} experiment @param {Actions} actions @returns {Column} */
function inputColumn({ settings }, actions) {
  const tiles = FEATURES.map((feature) => {
    const on = Boolean(/** @type {any} */ (settings)[feature.key]);
    const canvas = h("canvas", {});
    const element = h(
      "button",
      {
        type: "button",
        class: on ? "node" : "node off",
        "aria-pressed": String(on),
        title: `${feature.label}: ${on ? "take it away" : "give it to the network"}`,
        "data-testid": `feature-${feature.key}`,
        onclick: () => actions.toggle(feature.key),
      },
      h("span", { class: "label" }, feature.label),
      canvas,
    );
    return { element, canvas, bias: null };
  });
  const head = h("div", { class: "head" }, h("b", {}, "Features"), "click to switch");
  const element = h("div", { class: "layer inputs" }, head, ...tiles.map((tile) => tile.element));
  return { element, tiles };
}

/** @param {Experiment} experiment @param {number} index @param {Actions} actions */
function hiddenColumn({ settings }, index, actions) {
  const shape = settings.networkShape;
  const change = (/** @type {number} */ by) =>
    actions.reshape(shape.map((count, k) => (k === index ? count + by : count)));
  const fewer = button("−", () => change(-1), { title: "One neuron fewer", test: `fewer-${index}` });
  const more = button("+", () => change(1), { title: "One neuron more", test: `more-${index}` });
  fewer.disabled = shape[index] <= 1;
  more.disabled = shape[index] >= MOST_NEURONS;
  const tiles = Array.from({ length: shape[index] }, (_, node) =>
    nodeTile({ layer: index, node }, `Neuron ${node + 1} of hidden layer ${index + 1}`, actions),
  );
  const words = `${shape[index]} neuron${shape[index] === 1 ? "" : "s"}`;
  const head = h("div", { class: "head" }, h("div", {}, fewer, " ", more), words);
  const element = h("div", { class: "layer" }, head, ...tiles.map((tile) => tile.element));
  return { element, tiles };
}

/** @param {Experiment} experiment @param {Actions} actions */
function outputColumn({ network, settings, names }, actions) {
  const layer = network.layers.length - 1;
  const count = network.layers[layer].nodes;
  const tiles = Array.from({ length: count }, (_, node) =>
    nodeTile({ layer, node }, count > 1 ? `Class ${names[node] ?? node}` : "Output", actions),
  );
  const shape = settings.networkShape;
  const fewer = button("− layer", () => actions.reshape(shape.slice(0, -1)), { test: "fewer-layers" });
  const more = button("+ layer", () => actions.reshape([...shape, 2]), { test: "more-layers" });
  fewer.disabled = !shape.length;
  more.disabled = shape.length >= MOST_LAYERS;
  const head = h("div", { class: "head" }, fewer, more);
  const element = h("div", { class: "layer" }, head, ...tiles.map((tile) => tile.element));
  return { element, tiles };
}

/** @param {Place} place @param {string} name @param {Actions} actions @returns {Tile} */
function nodeTile(place, name, actions) {
  const canvas = h("canvas", {});
  const bias = h("span", { class: "bias" });
  const element = h(
    "button",
    {
      type: "button",
      class: "node",
      title: `${name}: press to see its sum`,
      "aria-label": name,
      "data-testid": `node-${place.layer}-${place.node}`,
      onclick: () => actions.choose(place),
      onpointerenter: () => actions.look(place),
      onpointerleave: () => actions.look(null),
      onfocus: () => actions.look(place),
      onblur: () => actions.look(null),
    },
    canvas,
    bias,
  );
  return { element, canvas, bias };
}

/**
 * Paints the large picture: one node's output, or the classes.
 * @param {HTMLCanvasElement} canvas @param {Experiment} experiment
 * @param {Float32Array[][]} outputs @param {Place | null} place @param {number} size
 */
export function paintMap(canvas, experiment, outputs, place, size) {
  const discrete = experiment.settings.discretize;
  const final = outputs[outputs.length - 1];
  if (!place && final.length > 1) {
    paintClasses(canvas, final, { columns: size, discrete });
    return;
  }
  const values = place ? outputs[place.layer][place.node] : final[0];
  paint(canvas, values, { columns: size, discrete });
}

/**
 * The sum of one node with its numbers, each of which can be changed.
 * @param {() => Experiment} now the experiment, also after a step back or a reset
 * @param {Place} place
 * @param {() => void} changed
 * @returns {HTMLElement}
 */
export function sumOf(now, place, changed) {
  const experiment = now();
  const layer = experiment.network.layers[place.layer];
  const names = Array.from({ length: layer.inputs }, (_, k) => (place.layer ? `neuron ${k + 1}` : experiment.features[k].label));
  const rows = numbersOf(experiment, place).map((_, k) => {
    const put = (/** @type {number} */ value) => {
      const { weights, biases, inputs } = now().network.layers[place.layer];
      if (k < inputs) weights[place.node * inputs + k] = value;
      else biases[place.node] = value;
      changed();
    };
    return weightRow(k < names.length ? `× ${names[k]}` : "bias", put);
  });
  const element = h(
    "div",
    { class: "stack", "data-testid": "sum" },
    h("p", {}, `${headOf(layer.activation)}:`),
    h("table", {}, ...rows),
    h("p", { class: "faint" }, "Change a number to see what it does; Reset brings it back."),
  );
  refreshSum(element, experiment, place);
  return element;
}

/** The weights of a node, then its bias. @param {Experiment} experiment @param {Place} place */
function numbersOf({ network }, { layer, node }) {
  const { weights, biases, inputs } = network.layers[layer];
  return [...weights.subarray(node * inputs, (node + 1) * inputs), biases[node]];
}

/**
 * Brings the numbers of a sum up to date while the network learns.
 * @param {HTMLElement} element @param {Experiment} experiment @param {Place} place
 */
export function refreshSum(element, experiment, place) {
  const boxes = element.querySelectorAll("input");
  numbersOf(experiment, place).forEach((value, k) => {
    const words = String(Number(value.toPrecision(6)));
    // Not where somebody writes.
    if (boxes[k] !== document.activeElement && boxes[k].value !== words) boxes[k].value = words;
  });
}

/** @param {string} activation */
function headOf(activation) {
  if (activation === "linear") return "The sum of";
  return `${activation === "logistic" ? "2 · sigmoid − 1" : activation.replace("_", " ")} of the sum of`;
}

/** @param {string} name @param {(value: number) => void} put */
function weightRow(name, put) {
  const box = h("input", {
    type: "number",
    step: "any",
    "aria-label": `Weight ${name}`,
    onchange: () => {
      if (box.value !== "" && box.validity.valid) put(Number(box.value));
    },
  });
  return h("tr", {}, h("td", {}, box), h("th", {}, name));
}
