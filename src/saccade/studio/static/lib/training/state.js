// The settings of the tab Training in its address.

import { number, numbers, read as readAddress, text } from "../address.js";

/**
 * @typedef {object} Settings
 * @property {string} run
 * @property {string} beside other runs in the charts, between commas
 * @property {number} epoch -1 for the latest
 * @property {number} example
 * @property {string} layer whose cell is explained; "" for none
 * @property {number[]} position
 * @property {number} filter
 */

/** @type {import("../address.js").Schema} */
export const SCHEMA = {
  run: text("", 300),
  beside: text("", 2000),
  epoch: number(-1, { low: -1, whole: true }),
  example: number(0, { low: 0, whole: true }),
  layer: text("", 300),
  position: numbers([], { most: 3, low: 0, whole: true }),
  filter: number(0, { low: 0, whole: true }),
};

/** @param {string} address */
export function readSettings(address) {
  const { state, problems } = readAddress(address, SCHEMA);
  return { settings: /** @type {Settings} */ (state), problems };
}
