// Functions of the lab of functions: a neuron, the signal through layers, softmax, losses.

import { ACTIVATIONS } from "./activations.js";
import { choice, number, numbers, read as readAddress } from "./address.js";

/**
 * A neuron: products, their sum with the bias, and the activation of it.
 * @param {number[]} inputs @param {number[]} weights @param {number} bias
 * @param {string} activation
 */
export function neuron(inputs, weights, bias, activation) {
  const products = inputs.map((input, k) => input * weights[k]);
  const sum = products.reduce((all, product) => all + product, bias);
  const { value, slope } = ACTIVATIONS[activation];
  return { products, sum, output: value(sum), slope: slope(sum) };
}

/**
 * A chain of layers of one neuron, each with the same weight: how the signal goes forward
 * and how the gradient comes back, the product of weight · slope of every layer.
 * @param {number} input @param {number} weight @param {number} layers
 * @param {string} activation
 */
export function chain(input, weight, layers, activation) {
  const { value, slope } = ACTIVATIONS[activation];
  const signals = [input];
  const factors = [];
  for (let k = 0; k < layers; k++) {
    const z = weight * signals[k];
    signals.push(value(z));
    factors.push(weight * slope(z));
  }
  const gradients = Array.from({ length: layers + 1 }, () => 1);
  for (let k = layers - 1; k >= 0; k--) gradients[k] = gradients[k + 1] * factors[k];
  return { signals, factors, gradients };
}

/**
 * Shares of 1 in place of any numbers; the same for numbers that are all larger by the same.
 * @param {number[]} logits @param {number} temperature above 0: high makes them alike
 */
export function softmax(logits, temperature) {
  const highest = Math.max(...logits);
  const shifted = logits.map((logit) => Math.exp((logit - highest) / temperature));
  const total = shifted.reduce((all, power) => all + power, 0);
  const powers = logits.map((logit) => Math.exp(logit / temperature));
  const sum = powers.reduce((all, power) => all + power, 0);
  return { powers, sum, shares: shifted.map((power) => power / total) };
}

/**
 * The two losses of a yes-or-no question, and their slopes, for an answer before its
 * sigmoid.
 * @param {number} logit @param {0 | 1} target
 */
export function losses(logit, target) {
  const p = ACTIVATIONS.sigmoid.value(logit);
  const signed = target ? logit : -logit;
  return {
    p,
    square: (p - target) ** 2,
    squareSlope: 2 * (p - target) * p * (1 - p),
    crossentropy: ACTIVATIONS.softplus.value(-signed),
    crossentropySlope: p - target,
  };
}

/**
 * @typedef {object} Settings
 * @property {string} activation
 * @property {number} z
 * @property {number[]} inputs
 * @property {number[]} weights
 * @property {number} bias
 * @property {string} neuron its activation
 * @property {number} layers
 * @property {number} weight of the chain
 * @property {number[]} logits
 * @property {number} temperature
 * @property {number} logit
 * @property {number} target
 */

const names = Object.keys(ACTIVATIONS);

/** @type {import("./address.js").Schema} */
export const SCHEMA = {
  activation: choice("sigmoid", names),
  z: number(1, { low: -10, high: 10 }),
  inputs: numbers([1, 0.5, -1], { most: 6, low: -10, high: 10 }),
  weights: numbers([0.8, -1.2, 0.4], { most: 6, low: -10, high: 10 }),
  bias: number(0.1, { low: -10, high: 10 }),
  neuron: choice("relu", names),
  layers: number(10, { low: 1, high: 50, whole: true }),
  weight: number(1, { low: -5, high: 5 }),
  logits: numbers([2, 1, 0.1], { most: 8, low: -20, high: 20 }),
  temperature: number(1, { low: 0.05, high: 20 }),
  logit: number(-2, { low: -10, high: 10 }),
  target: { ...choice("1", ["0", "1"]), write: String },
};

/** @param {string} address */
export function readSettings(address) {
  const { state, problems } = readAddress(address, SCHEMA);
  const settings = /** @type {Settings} */ (state);
  settings.target = Number(settings.target);
  if (settings.weights.length !== settings.inputs.length) {
    problems.push({
      name: "weights",
      text: settings.weights.join(","),
      problem: `has ${settings.weights.length} numbers for ${settings.inputs.length} inputs`,
    });
    settings.weights = settings.inputs.map((_, k) => settings.weights[k] ?? 0);
  }
  if (settings.logits.length < 2) settings.logits = [2, 1, 0.1];
  return { settings, problems };
}
