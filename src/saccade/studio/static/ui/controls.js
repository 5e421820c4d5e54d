// Labelled controls; each calls back with a typed value and can be set from outside.

import { h } from "./dom.js";

/**
 * @template T
 * @typedef {{element: HTMLElement, set: (value: T) => void}} Control
 */

/**
 * @param {string} label
 * @param {[string, string][]} options value and words
 * @param {string} value
 * @param {(value: string) => void} change
 * @param {{test?: string, hint?: string}} [extra]
 * @returns {Control<string>}
 */
export function select(label, options, value, change, extra = {}) {
  const box = h(
    "select",
    { "data-testid": extra.test, onchange: () => change(box.value) },
    ...options.map(([name, words]) => h("option", { value: name }, words)),
  );
  const set = (/** @type {string} */ next) => {
    if (!options.some(([name]) => name === next) && !optionOf(box, next)) {
      box.append(h("option", { value: next }, next)); // a link may ask for a value between
    }
    box.value = next;
  };
  set(value);
  return { element: field(label, box, extra.hint), set };
}

/** @param {HTMLSelectElement} box @param {string} value */
const optionOf = (box, value) => Array.from(box.options).some((option) => option.value === value);

/**
 * @param {string} label
 * @param {{low: number, high: number, step: number, unit?: string, test?: string, hint?: string, format?: (value: number) => string}} options
 * @param {number} value
 * @param {(value: number) => void} change
 * @returns {Control<number>}
 */
export function slider(label, options, value, change) {
  const format = options.format ?? ((/** @type {number} */ shown) => `${shown}${options.unit ?? ""}`.replace("-", "−"));
  const output = h("output", {}, format(value));
  const box = h("input", {
    type: "range",
    min: options.low,
    max: options.high,
    step: options.step,
    "data-testid": options.test,
    oninput: () => {
      output.textContent = format(Number(box.value));
      change(Number(box.value));
    },
  });
  const set = (/** @type {number} */ next) => {
    if (next > Number(box.max)) box.max = String(next);
    box.value = String(next);
    output.textContent = format(next);
  };
  set(value);
  const element = field(label, box, options.hint);
  element.firstElementChild?.append(" ", output);
  return { element, set };
}

/**
 * @param {string} label
 * @param {boolean} value
 * @param {(value: boolean) => void} change
 * @param {{test?: string}} [extra]
 * @returns {Control<boolean>}
 */
export function checkbox(label, value, change, extra = {}) {
  const box = h("input", {
    type: "checkbox",
    "data-testid": extra.test,
    onchange: () => change(box.checked),
  });
  box.checked = value;
  const element = h("label", { class: "check" }, box, " ", label);
  return { element, set: (next) => (box.checked = next) };
}

/**
 * @param {string} label
 * @param {number} value
 * @param {(value: number) => void} change called with numbers in the limits only
 * @param {{low?: number, high?: number, step?: number | "any", test?: string, hint?: string}} [options]
 * @returns {Control<number>}
 */
export function numberBox(label, value, change, options = {}) {
  const box = h("input", {
    type: "number",
    min: options.low,
    max: options.high,
    step: options.step ?? "any",
    "data-testid": options.test,
    oninput: () => {
      box.reportValidity();
      if (box.value !== "" && box.validity.valid) change(Number(box.value));
    },
  });
  box.value = String(value);
  return { element: field(label, box, options.hint), set: (next) => (box.value = String(next)) };
}

/**
 * @param {string} words
 * @param {() => void} press
 * @param {{test?: string, class?: string, title?: string}} [extra]
 */
export function button(words, press, extra = {}) {
  return h(
    "button",
    { type: "button", class: extra.class, title: extra.title, "data-testid": extra.test, onclick: press },
    words,
  );
}

/** @param {string} label @param {HTMLElement} box @param {string} [hint] */
function field(label, box, hint) {
  return h("label", { class: "field", title: hint }, h("span", { class: "name" }, label), box);
}
