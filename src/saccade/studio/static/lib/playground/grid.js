// The network's answer everywhere: every node's output on a grid over the picture.

import { ACTIVATIONS } from "../activations.js";

/** @typedef {import("./network.js").Network} Network */

export const DOMAIN = 6;

/**
 * Inputs of every cell, one array a feature; row 0 is the top, x goes from -6 to 6.
 * @param {import("./features.js").Feature[]} features
 * @param {number} size cells a side
 * @returns {Float32Array[]}
 */
export function gridInputs(features, size) {
  return features.map((feature) => {
    const values = new Float32Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        values[row * size + column] = feature.value(place(column, size), -place(row, size));
      }
    }
    return values;
  });
}

/** Where a cell lies, ends included. @param {number} index @param {number} size */
export function place(index, size) {
  return -DOMAIN + (2 * DOMAIN * index) / (size - 1);
}

/**
 * Every node's output on the grid, layer by layer.
 * @param {Network} network
 * @param {Float32Array[]} inputs of `gridInputs`
 * @param {number} [cells] of the grid, for a network that is given nothing
 * @returns {Float32Array[][]} [layer][node][cell]
 */
export function gridOutputs(network, inputs, cells = inputs[0]?.length ?? 0) {
  /** @type {Float32Array[][]} */
  const all = [];
  let source = inputs;
  for (const layer of network.layers) {
    const outputs = [];
    for (let node = 0; node < layer.nodes; node++) {
      const z = new Float32Array(cells).fill(layer.biases[node]);
      for (let k = 0; k < layer.inputs; k++) {
        const weight = layer.weights[node * layer.inputs + k];
        const values = source[k];
        if (weight) for (let cell = 0; cell < cells; cell++) z[cell] += weight * values[cell];
      }
      outputs.push(z);
    }
    activate(layer.activation, outputs);
    all.push(outputs);
    source = outputs;
  }
  return all;
}

/** @param {string} activation @param {Float32Array[]} nodes z, turned into outputs in place */
function activate(activation, nodes) {
  if (activation === "linear") return;
  if (activation === "softmax") {
    softmax(nodes);
    return;
  }
  const value =
    activation === "logistic"
      ? (/** @type {number} */ z) => Math.tanh(z / 2)
      : ACTIVATIONS[activation].value;
  for (const z of nodes) for (let cell = 0; cell < z.length; cell++) z[cell] = value(z[cell]);
}

/** @param {Float32Array[]} nodes */
function softmax(nodes) {
  for (let cell = 0; cell < nodes[0].length; cell++) {
    let highest = -Infinity;
    for (const z of nodes) highest = Math.max(highest, z[cell]);
    let sum = 0;
    for (const z of nodes) sum += z[cell] = Math.exp(z[cell] - highest);
    for (const z of nodes) z[cell] /= sum;
  }
}
