// The examples of a run: which are right, which wrong, and the confusion matrix.

import { button } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { css, mix } from "../../ui/palette.js";

/** @typedef {{pictures: string[], labels: number[] | null}} Examples */

/** @param {number} k @param {string[] | null} names */
const nameOf = (k, names) => names?.[k] ?? String(k);

/**
 * One picture, framed by right or wrong.
 * @param {string} data @param {string} words @param {"right" | "wrong" | ""} judgement
 * @param {boolean} chosen @param {() => void} choose
 */
function picture(data, words, judgement, chosen, choose) {
  const image = h("img", { src: `data:image/png;base64,${data}`, alt: "" });
  const sign = { right: "✓", wrong: "✗", "": "" }[judgement];
  return h("button", { type: "button", class: `example ${judgement}`, title: words, "aria-label": words, "aria-pressed": String(chosen), onclick: choose }, image, h("span", {}, `${sign} ${words}`));
}

/**
 * @param {Examples & {guesses: number[] | null, names: string[] | null}} data
 * @param {number} current @param {(example: number) => void} choose
 */
export function exampleStrip({ pictures, labels, guesses, names }, current, choose) {
  const shown = pictures.map((data, k) => {
    const guess = guesses ? nameOf(guesses[k], names) : "";
    const label = labels ? nameOf(labels[k], names) : "";
    const judgement = guesses && labels ? (guesses[k] === labels[k] ? "right" : "wrong") : "";
    const words = judgement === "wrong" ? `${guess}, is ${label}` : guess || label || `example ${k + 1}`;
    return picture(data, words, judgement, k === current, () => choose(k));
  });
  return h("div", { class: "strip" }, ...shown);
}

/**
 * @param {{classes: number, output: string, labels: number[], confusion: number[][], guesses: number[], right: number[], worst: number[], epoch: number}} predictions
 * @param {Examples} examples @param {string[] | null} names @param {(example: number) => void} choose
 */
export function confusionTable(predictions, examples, names, choose) {
  const { classes, labels, confusion, guesses, right, worst } = predictions;
  if (!classes) return h("p", { class: "faint" }, "The targets of this run are no classes: there is nothing to confuse.");
  const found = h("div", { class: "strip", "data-testid": "found" });
  const show = (/** @type {string} */ title, /** @type {number[]} */ list) => {
    const shown = list.map((k) => {
      const judgement = guesses[k] === labels[k] ? "right" : "wrong";
      return picture(examples.pictures[k], `${nameOf(guesses[k], names)}, is ${nameOf(labels[k], names)} (${(100 * right[k]).toFixed(0)} %)`, judgement, false, () => choose(k));
    });
    fill(found, h("p", { class: "faint" }, title), ...shown);
  };
  const most = Math.max(1, ...confusion.flat());
  const cells = (/** @type {number} */ row) =>
    confusion[row].map((count, column) => {
      const cell = button(String(count), () => show(`${nameOf(row, names)} taken for ${nameOf(column, names)}: ${count}`, labels.map((label, k) => (label === row && guesses[k] === column ? k : -1)).filter((k) => k >= 0)), { class: "count", test: `confusion-${row}-${column}` });
      const colour = row === column ? [8, 119, 189] : [245, 147, 34];
      cell.style.background = count ? css(mix([232, 234, 235], /** @type {[number, number, number]} */ (colour), count / most)) : "transparent";
      if (count) cell.style.color = count / most > 0.6 && row === column ? "white" : "#14181a";
      return h("td", {}, cell);
    });
  const heads = Array.from({ length: classes }, (_, k) => h("th", {}, nameOf(k, names)));
  const rows = Array.from({ length: classes }, (_, row) => h("tr", {}, h("th", { class: "left" }, nameOf(row, names)), ...cells(row)));
  const correct = guesses.filter((guess, k) => guess === labels[k]).length;
  show("The worst: least sure of the right class", worst);
  return h(
    "div",
    { class: "stack" },
    predictions.output ? h("p", { class: "faint" }, `Of the outputs of this network, ${predictions.output} is shown here: the first that answers with a class.`) : "",
    h("p", {}, `${correct} of ${guesses.length} examples are right after epoch ${predictions.epoch}. Rows: what it is; columns: what the network says. Click a number for its pictures.`),
    h("div", { class: "scroll" }, h("table", { class: "matrixtable" }, h("tr", {}, h("th", {}), ...heads), ...rows)),
    button("The worst", () => show("The worst: least sure of the right class", worst), { test: "worst" }),
    found,
  );
}
