// The loss of a real network over two of its weights, all others as training left them: what
// an optimizer walks on, as far as two dimensions can show it.

import * as lab from "../playground/experiment.js";
import { LOSSES, backward, forward } from "../playground/network.js";
import { readSettings } from "../playground/state.js";

/** @typedef {import("./surfaces.js").Surface} Surface */

const LINK = "#dataset=circle&networkShape=3&seed=0.79032";
const EPOCHS = 150;
/** So many points make the loss: enough to have its form, few enough for a frame. */
const POINTS = 50;
const BOX = /** @type {[number, number, number, number]} */ ([-5, 5, -5, 5]);
/** Places a side at which hollows are looked for. */
const PLACES = 40;

/** The surface over the two weights of the first hidden neuron. @returns {Surface} */
export function networkSurface() {
  const experiment = lab.start(readSettings(LINK).settings);
  while (experiment.epoch < EPOCHS) lab.advance(experiment);
  const { network, trainInputs, train } = experiment;
  const [{ weights, weightSums }] = network.layers;
  const loss = LOSSES[experiment.loss];
  const put = (/** @type {number} */ x, /** @type {number} */ y) => {
    weights[0] = x;
    weights[1] = y;
  };
  const start = /** @type {[number, number]} */ ([-3.5, 3.5]);
  const value = (/** @type {number} */ x, /** @type {number} */ y) => {
    put(x, y);
    let sum = 0;
    for (let k = 0; k < POINTS; k++) sum += loss.value(forward(network, trainInputs[k]), train[k].label);
    return sum / POINTS;
  };
  /** @type {Surface["gradient"]} */
  const gradient = (x, y) => {
    put(x, y);
    weightSums[0] = weightSums[1] = 0;
    for (let k = 0; k < POINTS; k++) {
      forward(network, trainInputs[k]);
      backward(network, trainInputs[k], train[k].label, loss);
    }
    return [weightSums[0] / POINTS, weightSums[1] / POINTS];
  };
  return {
    title: "A network's loss",
    formula: "mean loss of the playground's circle, 3 neurons; x, y: the weights of the first",
    value,
    gradient,
    box: BOX,
    minima: hollowsOf(value),
    start,
    scale: 8,
    plainScale: 25,
    steps: 300,
    lesson: "Two weights of a real network, the others trained: flat far out, where its neuron is saturated.",
  };
}

/** @param {(x: number, y: number) => number} value @returns {[number, number][]} the deepest first */
function hollowsOf(value) {
  const step = (BOX[1] - BOX[0]) / PLACES;
  const at = (/** @type {number} */ k) => BOX[0] + k * step;
  const heights = Array.from({ length: (PLACES + 1) ** 2 }, (_, k) => value(at(k % (PLACES + 1)), at(Math.floor(k / (PLACES + 1)))));
  const around = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => down * (PLACES + 1) + right)).filter(Boolean);
  /** @type {[number, number][]} */
  const found = [];
  heights.forEach((height, k) => {
    const column = k % (PLACES + 1);
    const row = Math.floor(k / (PLACES + 1));
    if (Math.min(column, row) < 1 || Math.max(column, row) >= PLACES) return;
    if (around.every((by) => height < heights[k + by])) found.push(refine(value, at(column), at(row), step / 2));
  });
  const apart = found.filter(([x, y], k) => !found.slice(0, k).some(([ox, oy]) => Math.hypot(x - ox, y - oy) < 0.01));
  return apart.sort(([ax, ay], [bx, by]) => value(ax, ay) - value(bx, by));
}

/** Goes to where no neighbour is lower, closer and closer.
 * @param {(x: number, y: number) => number} value @param {number} x @param {number} y @param {number} step
 * @returns {[number, number]} */
function refine(value, x, y, step) {
  let best = value(x, y);
  while (step > 1e-6) {
    const next = [[step, 0], [-step, 0], [0, step], [0, -step]].find(([right, up]) => value(x + right, y + up) < best);
    if (!next) {
      step /= 2;
      continue;
    }
    x += next[0];
    y += next[1];
    best = value(x, y);
  }
  return [x, y];
}
