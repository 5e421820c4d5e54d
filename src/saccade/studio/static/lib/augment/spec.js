// An augmentation as text, "flip_lr|rotate(30)", and as the controls that make it.

import { number, read as readAddress, text } from "../address.js";

/** @typedef {{name: string, words: string, defaults: number[], limits: [number, number][], names: string[]}} Step */
/** @typedef {{name: string, numbers: number[]}} Chosen */

/**
 * Reads a text as far as the steps are known; numbers that are left out are the defaults.
 * @param {string} spec @param {Step[]} steps
 * @returns {{chosen: Chosen[], problems: string[]}}
 */
export function parse(spec, steps) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Chosen[]} */
  const chosen = [];
  for (const part of spec.split("|").map((word) => word.trim()).filter((word) => word && word !== "none")) {
    const found = /^(\w+)\s*(?:\(([^()]*)\))?$/.exec(part);
    const step = steps.find(({ name }) => name === found?.[1]);
    if (!found || !step) {
      problems.push(`"${part}" is no step; left out.`);
      continue;
    }
    const given = (found[2] ?? "").split(",").filter((word) => word.trim()).map(Number);
    const numbers = step.defaults.map((value, k) => given[k] ?? value);
    if (numbers.some((value, k) => !(value >= step.limits[k][0] && value <= step.limits[k][1]))) {
      problems.push(`${part}: a number outside of its limits; the defaults are used.`);
      chosen.push({ name: step.name, numbers: [...step.defaults] });
    } else {
      chosen.push({ name: step.name, numbers });
    }
  }
  return { chosen, problems };
}

/** @param {Chosen[]} chosen */
export function write(chosen) {
  return chosen.map(({ name, numbers }) => (numbers.length ? `${name}(${numbers.join(", ")})` : name)).join("|") || "none";
}

/** @type {import("../address.js").Schema} */
export const SCHEMA = {
  spec: text("rotate(20)|zoom(0.2)|flip_lr", 1000),
  seed: number(0, { low: 0, high: 2 ** 31 - 1, whole: true }),
};

/** @param {string} address */
export function readSettings(address) {
  const { state, problems } = readAddress(address, SCHEMA);
  return { settings: /** @type {{spec: string, seed: number}} */ (state), problems };
}
