// The settings of the playground in its address: those of the TensorFlow Playground by the
// same names, and what its users asked for.

import { choice, flag, number, numbers, read as readAddress, text } from "../address.js";
import { HIDDEN } from "../activations.js";
import { CLASSIFICATION, REGRESSION } from "./datasets.js";
import { OPTIMIZERS } from "./optimizers.js";

export const RATES = [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
export const PENALTY_RATES = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
export const SPEEDS = [1, 2, 5, 10, 50, 100];
export const MOST_LAYERS = 6;
export const MOST_NEURONS = 8;
/** What an address may ask for beyond the buttons: a page that answers is worth more. */
const LINK_LAYERS = 12;
const LINK_NEURONS = 32;

/**
 * @typedef {object} Settings
 * @property {string} activation
 * @property {"none" | "L1" | "L2"} regularization
 * @property {number} batchSize
 * @property {string} dataset
 * @property {string} regDataset
 * @property {number} learningRate
 * @property {number} regularizationRate
 * @property {number} noise
 * @property {number[]} networkShape
 * @property {string} seed
 * @property {boolean} showTestData
 * @property {boolean} discretize
 * @property {number} percTrainData
 * @property {boolean} x
 * @property {boolean} y
 * @property {boolean} xTimesY
 * @property {boolean} xSquared
 * @property {boolean} ySquared
 * @property {boolean} sinX
 * @property {boolean} sinY
 * @property {"classification" | "regression"} problem
 * @property {boolean} initZero
 * @property {number} redraws how often other initial weights were asked for
 * @property {string} optimizer
 * @property {string} loss
 * @property {number} speed epochs a frame
 * @property {number} stopLoss stop when the test loss is below; 0 for never
 * @property {number} stopEpoch stop at this epoch; 0 for never
 * @property {string} points own points, "x,y,label;..."
 */

/** @type {import("../address.js").Schema} */
export const SCHEMA = {
  activation: choice("tanh", HIDDEN),
  regularization: choice("none", ["none", "L1", "L2"]),
  batchSize: number(10, { low: 1, high: 1200, whole: true }),
  dataset: choice("circle", Object.keys(CLASSIFICATION)),
  regDataset: choice("reg-plane", Object.keys(REGRESSION)),
  learningRate: number(0.03, { low: 0 }),
  regularizationRate: number(0, { low: 0 }),
  noise: number(0, { low: 0, high: 80 }),
  networkShape: numbers([4, 2], { most: LINK_LAYERS, low: 1, high: LINK_NEURONS, whole: true }),
  seed: text("", 100),
  showTestData: flag(false),
  discretize: flag(false),
  percTrainData: number(50, { low: 1, high: 99 }),
  x: flag(true),
  y: flag(true),
  xTimesY: flag(false),
  xSquared: flag(false),
  ySquared: flag(false),
  sinX: flag(false),
  sinY: flag(false),
  problem: choice("classification", ["classification", "regression"]),
  initZero: flag(false),
  redraws: number(0, { low: 0, high: 1000, whole: true }),
  optimizer: choice("sgd", Object.keys(OPTIMIZERS)),
  loss: choice("square", ["square", "cross-entropy"]),
  speed: number(1, { low: 1, high: 1000, whole: true }),
  stopLoss: number(0, { low: 0 }),
  stopEpoch: number(0, { low: 0, whole: true }),
  points: text("", 60000),
};

/** Settings of the original that change nothing here. */
const SILENT = ["cosX", "cosY", "collectStats", "tutorial", "hideText"];

/**
 * @param {string} address a link, a hash, or nothing
 * @param {() => number} chance draws the seed where the address has none
 * @returns {{settings: Settings, problems: import("../address.js").Problem[]}}
 */
export function readSettings(address, chance = Math.random) {
  const { state, problems } = readAddress(address, SCHEMA, SILENT);
  const settings = /** @type {Settings} */ (state);
  if (!settings.seed) settings.seed = chance().toFixed(5);
  return { settings, problems };
}
