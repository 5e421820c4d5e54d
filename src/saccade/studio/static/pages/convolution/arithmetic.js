// What makes the present output number, written out; and what the sizes come from.

import { fill, h } from "../../ui/dom.js";
import * as lib from "../../lib/convolution.js";
import { brief } from "../../lib/matrices.js";

/** @typedef {import("./page.js").Explorer} Explorer */

/** @param {number} value */
const words = (value) => brief(value).replace("-", "−");
/** A negative number in brackets, as after a sign. @param {number} value */
const bracketed = (value) => (value < 0 ? `(${words(value)})` : words(value));

/** @param {HTMLElement} element @param {Explorer} page */
export function showArithmetic(element, page) {
  const { row, column, filter } = page.settings;
  const where = `row ${row + 1}, column ${column + 1}`;
  const title = h("h2", {}, `Output at ${where}${page.output.length > 1 ? `, ${page.pooling ? "channel" : "filter"} ${filter + 1}` : ""}`);
  if (page.pooling) fill(element, title, ...poolLines(page));
  else fill(element, title, ...convolutionLines(page));
}

/** @param {Explorer} page */
function convolutionLines(page) {
  const layer = /** @type {import("../../lib/convolution.js").Layer} */ (page.layer);
  const { row, column, filter } = page.settings;
  const cell = lib.cell(layer, filter, row, column);
  const many = cell.sums.length > 1;
  const channels = cell.sums.map((sum, channel) => {
    const taps = cell.taps.filter((tap) => tap.channel === channel);
    const terms = taps.flatMap((tap, k) => [k ? " + " : "", ...term(tap)]);
    return h("p", { class: "number" }, many ? `channel ${channel + 1}:  ` : "", ...terms, ` = ${words(sum)}`);
  });
  const parts = many ? cell.sums.map(bracketed).join(" + ") : words(cell.sums[0]);
  const last = [`${parts} + bias ${bracketed(cell.bias)} = `, h("span", { class: "total" }, words(cell.total))];
  if (layer.relu) last.push(`,  ReLU: max(0, ${words(cell.total)}) = `, h("span", { class: "total" }, words(cell.value)));
  const showLast = many || cell.bias || layer.relu;
  return [...channels, showLast ? h("p", { class: "number", "data-testid": "total" }, ...last) : null];
}

/** @param {import("../../lib/convolution.js").Tap} tap @returns {(string | Node)[]} */
function term(tap) {
  const value = h("span", { class: tap.inside ? "" : "pad", title: tap.inside ? "input" : "padding" }, words(tap.value));
  return [value, " · ", h("span", { class: "weight", title: "weight of the kernel" }, bracketed(tap.weight))];
}

/** @param {Explorer} page */
function poolLines(page) {
  const layer = /** @type {import("../../lib/convolution.js").Layer} */ (page.layer);
  const { row, column, filter } = page.settings;
  const { taps, value } = lib.poolCell(layer.input, page.pool, filter, row, column);
  const values = taps.map((tap) => words(tap.value)).join(", ");
  const sentence =
    page.pool.kind === "max"
      ? `max(${values}) = `
      : `(${taps.map((tap) => bracketed(tap.value)).join(" + ")}) / ${taps.length} = `;
  const gradient =
    page.pool.kind === "max"
      ? "Training: the gradient goes to the largest number only (marked)."
      : `Training: each of the ${taps.length} numbers gets 1/${taps.length} of the gradient.`;
  return [
    h("p", { class: "number", "data-testid": "total" }, sentence, h("span", { class: "total" }, words(value))),
    h("p", { class: "faint" }, `${gradient} Pooling has no weights.`),
  ];
}

/** @param {HTMLElement} element @param {Explorer} page */
export function showSizes(element, page) {
  const layer = /** @type {import("../../lib/convolution.js").Layer} */ (page.layer);
  const { rows, columns } = page.axes;
  const flat = layer.input[0].length === 1;
  const line = (/** @type {string} */ name, /** @type {import("../../lib/convolution.js").Axis} */ axis) =>
    h("p", { class: "number" }, `${name}: ${axis.formula}${axis.dropped ? `   (the last ${axis.dropped} not read)` : ""}`);
  fill(
    element,
    h("h2", {}, "Sizes"),
    h("p", { class: "faint" }, "⌊(input + padding before + padding after − kernel) / stride⌋ + 1 = output"),
    flat ? null : line("rows", rows),
    line("columns", columns),
    ...(page.pooling ? [] : counts(layer)),
  );
}

/** @param {import("../../lib/convolution.js").Layer} layer */
function counts(layer) {
  const bias = layer.biases.some(Boolean);
  const [[first]] = layer.kernels;
  const kernel = { height: first.length, width: first[0].length, filters: layer.kernels.length, bias };
  const shape = { height: layer.input[0].length, width: layer.input[0][0].length, channels: layer.input.length };
  const here = lib.parameters(shape, kernel);
  const photograph = { height: 720, width: 1280, channels: 3 };
  const large = lib.parameters(photograph, { height: 3, width: 3, filters: 1, bias: false });
  const number = (/** @type {number} */ value) => value.toLocaleString("en");
  const plural = kernel.filters === 1 ? "one neuron" : `${kernel.filters} neurons`;
  return [
    h("h2", {}, "Weights"),
    h("p", {}, `This convolution learns ${number(here.convolution)} numbers; ${plural} of a dense layer on the same input: ${number(here.dense)}.`),
    h("p", { class: "faint" }, `For a colour photograph of 1280 × 720: ${number(large.convolution)} against ${number(large.dense)}.`),
  ];
}

