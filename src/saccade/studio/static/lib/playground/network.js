// The Playground's network: a small multi-layer perceptron in double precision, its sums in
// the order of the original, so that a link gives the same losses to the last digits.

import { ACTIVATIONS } from "../activations.js";
import { OPTIMIZERS } from "./optimizers.js";

/** @typedef {import("../rng.js").Random} Random */
/** @typedef {import("./optimizers.js").Slots} Slots */

/**
 * One layer: `weights[node * inputs + source]`.
 * @typedef {object} Layer
 * @property {number} inputs
 * @property {number} nodes
 * @property {string} activation name in ACTIVATIONS, or "softmax" or "logistic" for outputs
 * @property {Float64Array} weights
 * @property {Float64Array} biases
 * @property {Uint8Array} dead links that L1 has set to 0 for good
 * @property {Float64Array} weightSums gradients since the last update
 * @property {Float64Array} biasSums
 * @property {Slots} weightSlots what the optimizer keeps
 * @property {Slots} biasSlots
 * @property {Float64Array} z of the last point
 * @property {Float64Array} outputs of the last point
 * @property {Float64Array} errors dE/dz of the last point
 */

/**
 * @typedef {object} Network
 * @property {Layer[]} layers
 * @property {number} pending points whose gradients wait for an update
 * @property {number} updates
 */

/**
 * How a loss belongs to the output layer.
 * @typedef {object} Loss
 * @property {string} title
 * @property {(outputs: Float64Array, label: number) => number} value
 * @property {(layer: Layer, label: number) => void} errors writes dE/dz into `layer.errors`
 */

/** Below this a probability's logarithm is not taken. */
const SMALLEST = 1e-300;

/** @type {Record<string, Loss>} */
export const LOSSES = {
  square: {
    title: "½ squared error",
    value: (outputs, label) => 0.5 * (outputs[0] - label) ** 2,
    errors: (layer, label) => {
      const { slope } = ACTIVATIONS[layer.activation];
      layer.errors[0] = (layer.outputs[0] - label) * slope(layer.z[0]);
    },
  },
  // The output shown is 2p - 1, so that -1 and 1 mean the same as with squared error.
  logistic: {
    title: "cross-entropy",
    value: (outputs, label) => -Math.log(Math.max((1 + label * outputs[0]) / 2, SMALLEST)),
    errors: (layer, label) => {
      layer.errors[0] = (1 + layer.outputs[0]) / 2 - (1 + label) / 2;
    },
  },
  softmax: {
    title: "cross-entropy",
    value: (outputs, label) => -Math.log(Math.max(outputs[label], SMALLEST)),
    errors: (layer, label) => {
      for (let k = 0; k < layer.nodes; k++) {
        layer.errors[k] = layer.outputs[k] - (k === label ? 1 : 0);
      }
    },
  },
};

/**
 * Draws the weights as the Playground does: uniform in ±0.5, biases 0.1, one draw a link,
 * layer by layer, node by node.
 * @param {Random} random
 * @param {number[]} sizes inputs, hidden layers, outputs
 * @param {{hidden: string, output: string, zero: boolean}} options
 * @returns {Network}
 */
export function build(random, sizes, options) {
  const layers = sizes.slice(1).map((nodes, index) => {
    const inputs = sizes[index];
    const last = index === sizes.length - 2;
    const weights = new Float64Array(nodes * inputs);
    for (let k = 0; k < weights.length; k++) {
      const drawn = random() - 0.5; // drawn in any case: the stream goes on from here
      weights[k] = options.zero ? 0 : drawn;
    }
    const biases = new Float64Array(nodes).fill(options.zero ? 0 : 0.1);
    return layerOf(inputs, nodes, last ? options.output : options.hidden, weights, biases);
  });
  return { layers, pending: 0, updates: 0 };
}

/**
 * @param {number} inputs @param {number} nodes @param {string} activation
 * @param {Float64Array} weights @param {Float64Array} biases
 * @returns {Layer}
 */
function layerOf(inputs, nodes, activation, weights, biases) {
  return {
    inputs,
    nodes,
    activation,
    weights,
    biases,
    dead: new Uint8Array(weights.length),
    weightSums: new Float64Array(weights.length),
    biasSums: new Float64Array(nodes),
    weightSlots: {},
    biasSlots: {},
    z: new Float64Array(nodes),
    outputs: new Float64Array(nodes),
    errors: new Float64Array(nodes),
  };
}

/** Turns `z` into outputs, in place of them. @param {Layer} layer */
function activate(layer) {
  const { z, outputs, activation } = layer;
  if (activation === "softmax") {
    const highest = Math.max(...z);
    let sum = 0;
    for (let k = 0; k < z.length; k++) sum += outputs[k] = Math.exp(z[k] - highest);
    for (let k = 0; k < z.length; k++) outputs[k] /= sum;
  } else if (activation === "logistic") {
    for (let k = 0; k < z.length; k++) outputs[k] = Math.tanh(z[k] / 2);
  } else {
    const { value } = ACTIVATIONS[activation];
    for (let k = 0; k < z.length; k++) outputs[k] = value(z[k]);
  }
}

/**
 * @param {Network} network @param {ArrayLike<number>} inputs
 * @returns {Float64Array} the outputs; overwritten by the next call
 */
export function forward(network, inputs) {
  let source = inputs;
  for (const layer of network.layers) {
    const { weights, biases, z } = layer;
    let at = 0;
    for (let node = 0; node < layer.nodes; node++) {
      let sum = biases[node];
      for (let k = 0; k < layer.inputs; k++) sum += weights[at++] * source[k];
      z[node] = sum;
    }
    activate(layer);
    source = layer.outputs;
  }
  return network.layers[network.layers.length - 1].outputs;
}

/**
 * Adds the gradients of one point to the sums; `forward` was called with it before.
 * @param {Network} network @param {ArrayLike<number>} inputs
 * @param {number} label @param {Loss} loss
 */
export function backward(network, inputs, label, loss) {
  const { layers } = network;
  loss.errors(layers[layers.length - 1], label);
  for (let index = layers.length - 1; index >= 0; index--) {
    const layer = layers[index];
    const source = index ? layers[index - 1].outputs : inputs;
    let at = 0;
    for (let node = 0; node < layer.nodes; node++) {
      const error = layer.errors[node];
      layer.biasSums[node] += error;
      for (let k = 0; k < layer.inputs; k++, at++) {
        if (!layer.dead[at]) layer.weightSums[at] += error * source[k];
      }
    }
    if (index) passBack(layer, layers[index - 1]);
  }
  network.pending++;
}

/** @param {Layer} layer @param {Layer} before gets its errors */
function passBack(layer, before) {
  const { slope } = ACTIVATIONS[before.activation];
  for (let k = 0; k < before.nodes; k++) {
    let sum = 0;
    for (let node = 0; node < layer.nodes; node++) {
      sum += layer.weights[node * layer.inputs + k] * layer.errors[node];
    }
    before.errors[k] = sum * slope(before.z[k]);
  }
}

/**
 * @typedef {object} Rule
 * @property {number} rate learning rate
 * @property {string} optimizer
 * @property {"none" | "L1" | "L2"} penalty
 * @property {number} penaltyRate
 */

/**
 * Moves the weights by the mean gradient of the pending points, then by the penalty.
 * L1 takes a link out for good when the penalty alone would turn its sign.
 * @param {Network} network @param {Rule} rule
 */
export function update(network, rule) {
  if (!network.pending) return;
  const count = network.pending;
  const step = OPTIMIZERS[rule.optimizer].step;
  network.updates++;
  for (const layer of network.layers) {
    step(layer.biases, layer.biasSums, layer.biasSlots, rule.rate, count, network.updates, null);
    const before = rule.penalty === "none" ? null : layer.weights.slice();
    step(
      layer.weights, layer.weightSums, layer.weightSlots, rule.rate, count, network.updates,
      layer.dead,
    );
    if (before) penalize(layer, before, rule);
    layer.biasSums.fill(0);
    layer.weightSums.fill(0);
  }
  network.pending = 0;
}

/** @param {Layer} layer @param {Float64Array} before weights before the step @param {Rule} rule */
function penalize(layer, before, rule) {
  const { weights, dead } = layer;
  for (let k = 0; k < weights.length; k++) {
    if (dead[k]) continue;
    const slope = rule.penalty === "L2" ? before[k] : Math.sign(before[k]);
    const next = weights[k] - rule.rate * rule.penaltyRate * slope;
    if (rule.penalty === "L1" && weights[k] * next < 0) {
      weights[k] = 0;
      dead[k] = 1;
    } else {
      weights[k] = next;
    }
  }
}

/** @param {Network} network @returns {Network} an independent copy */
export function copy(network) {
  return {
    ...network,
    layers: network.layers.map((layer) => ({
      ...layer,
      weights: layer.weights.slice(),
      biases: layer.biases.slice(),
      dead: layer.dead.slice(),
      weightSums: layer.weightSums.slice(),
      biasSums: layer.biasSums.slice(),
      weightSlots: copySlots(layer.weightSlots),
      biasSlots: copySlots(layer.biasSlots),
      z: layer.z.slice(),
      outputs: layer.outputs.slice(),
      errors: layer.errors.slice(),
    })),
  };
}

/** @param {Slots} slots @returns {Slots} */
function copySlots(slots) {
  return Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slot.slice()]));
}
