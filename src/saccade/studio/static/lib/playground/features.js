// What the network is given of a point: the seven features of the Playground, in its order.

/**
 * @typedef {object} Feature
 * @property {string} key name in the address
 * @property {string} label
 * @property {string} python the same as an expression of NumPy
 * @property {(x: number, y: number) => number} value
 */

/** @type {Feature[]} */
export const FEATURES = [
  { key: "x", label: "X₁", python: "x", value: (x) => x },
  { key: "y", label: "X₂", python: "y", value: (_, y) => y },
  { key: "xSquared", label: "X₁²", python: "x * x", value: (x) => x * x },
  { key: "ySquared", label: "X₂²", python: "y * y", value: (_, y) => y * y },
  { key: "xTimesY", label: "X₁X₂", python: "x * y", value: (x, y) => x * y },
  { key: "sinX", label: "sin X₁", python: "np.sin(x)", value: (x) => Math.sin(x) },
  { key: "sinY", label: "sin X₂", python: "np.sin(y)", value: (_, y) => Math.sin(y) },
];

/**
 * @param {Record<string, unknown>} state
 * @returns {Feature[]} the features that are switched on
 */
export function chosen(state) {
  return FEATURES.filter((feature) => state[feature.key]);
}
