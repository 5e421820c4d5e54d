// The settings of the race in its address.

import { choice, flag, number, read as readAddress, text } from "../address.js";
import { RACERS } from "./optimizers.js";
import { SURFACES } from "./surfaces.js";

/**
 * @typedef {object} Settings
 * @property {string} surface
 * @property {boolean} line only x moves, along a cut through the deepest hollow
 * @property {string[]} optimizers
 * @property {number | null} x null: the surface's own start
 * @property {number | null} y
 * @property {number} steps 0: as many as suit the surface
 * @property {Record<string, number>} rates
 * @property {number} noise
 * @property {string} seed
 * @property {string} basins whose map of starts is drawn; "" for none
 * @property {boolean} logarithmic
 */

const NAMES = Object.keys(RACERS);
const place = number(0, { low: -100, high: 100 });

/** @type {import("../address.js").Schema} */
export const SCHEMA = {
  surface: choice("two_gaussians", [...Object.keys(SURFACES), "network"]),
  optimizers: {
    initial: NAMES.slice(0, 7),
    read: (value) => {
      const names = value.split(",").filter(Boolean);
      const unknown = names.find((name) => !NAMES.includes(name));
      if (unknown) throw new Error(`has "${unknown}"; there are ${NAMES.join(", ")}`);
      return names;
    },
    write: (value) => value.join(","),
  },
  line: flag(false),
  x: { initial: null, read: place.read, write: (value) => (value === null ? null : String(value)) },
  y: { initial: null, read: place.read, write: (value) => (value === null ? null : String(value)) },
  steps: number(0, { low: 0, high: 5000, whole: true }),
  rates: {
    initial: {},
    read: (value) =>
      Object.fromEntries(
        value.split(",").filter(Boolean).map((part) => {
          const [name, rate] = part.split(":");
          if (!NAMES.includes(name) || !(Number(rate) >= 0)) throw new Error(`has "${part}", not name:rate`);
          return [name, Number(rate)];
        }),
      ),
    write: (value) => Object.entries(value).map(([name, rate]) => `${name}:${rate}`).join(",") || null,
  },
  noise: number(0, { low: 0, high: 100 }),
  seed: text("0", 40),
  basins: choice("", ["", ...NAMES]),
  logarithmic: flag(false),
};

/** @param {string} address */
export function readSettings(address) {
  const { state, problems } = readAddress(address, SCHEMA);
  return { settings: /** @type {Settings} */ (state), problems };
}
