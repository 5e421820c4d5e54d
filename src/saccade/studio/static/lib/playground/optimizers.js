// The optimizers of the playground; each moves an array of numbers by summed gradients.
// Formulas and defaults are those of Keras; the race's are in ../race/optimizers.js.

/** @typedef {Record<string, Float64Array>} Slots */

/**
 * @callback Step
 * @param {Float64Array} values changed in place
 * @param {Float64Array} sums gradients summed over `count` points
 * @param {Slots} slots what is kept from step to step
 * @param {number} rate
 * @param {number} count
 * @param {number} updates of the network, this one included
 * @param {Uint8Array | null} dead numbers that stay as they are
 * @returns {void}
 */

/**
 * @param {Slots} slots @param {string} name @param {number} length
 */
function slot(slots, name, length) {
  return (slots[name] ??= new Float64Array(length));
}

/** @type {Step} */
function sgd(values, sums, _slots, rate, count, _updates, dead) {
  for (let k = 0; k < values.length; k++) {
    if (!dead?.[k]) values[k] -= (rate / count) * sums[k];
  }
}

/** @type {Step} */
function momentum(values, sums, slots, rate, count, _updates, dead) {
  const velocity = slot(slots, "velocity", values.length);
  for (let k = 0; k < values.length; k++) {
    velocity[k] = 0.9 * velocity[k] - (rate / count) * sums[k];
    if (!dead?.[k]) values[k] += velocity[k];
  }
}

/** @type {Step} */
function rmsprop(values, sums, slots, rate, count, _updates, dead) {
  const squares = slot(slots, "squares", values.length);
  for (let k = 0; k < values.length; k++) {
    const gradient = sums[k] / count;
    squares[k] = 0.9 * squares[k] + 0.1 * gradient * gradient;
    if (!dead?.[k]) values[k] -= (rate * gradient) / Math.sqrt(squares[k] + 1e-7);
  }
}

/** @type {Step} */
function adam(values, sums, slots, rate, count, updates, dead) {
  const first = slot(slots, "first", values.length);
  const second = slot(slots, "second", values.length);
  const alpha = (rate * Math.sqrt(1 - 0.999 ** updates)) / (1 - 0.9 ** updates);
  for (let k = 0; k < values.length; k++) {
    const gradient = sums[k] / count;
    first[k] += (gradient - first[k]) * (1 - 0.9);
    second[k] += (gradient * gradient - second[k]) * (1 - 0.999);
    if (!dead?.[k]) values[k] -= (alpha * first[k]) / (Math.sqrt(second[k]) + 1e-7);
  }
}

/** @type {Record<string, {title: string, python: string, step: Step}>} */
export const OPTIMIZERS = {
  sgd: { title: "SGD", python: "SGD({rate})", step: sgd },
  momentum: { title: "Momentum 0.9", python: "SGD({rate}, momentum=0.9)", step: momentum },
  rmsprop: { title: "RMSprop", python: "RMSprop({rate})", step: rmsprop },
  adam: { title: "Adam", python: "Adam({rate})", step: adam },
};
