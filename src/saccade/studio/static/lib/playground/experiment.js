// An experiment: settings, the points and the network they give, and its training, one
// epoch after the other, with every step kept so that it can be taken back.

import { seeded } from "../rng.js";
import { CLASSIFICATION, REGRESSION, divide, draw } from "./datasets.js";
import { chosen } from "./features.js";
import { LOSSES, backward, build, copy, forward, update } from "./network.js";
import { fit, unpackPoints } from "./points.js";

/** @typedef {import("./state.js").Settings} Settings */
/** @typedef {import("./datasets.js").Point} Point */
/** @typedef {import("./network.js").Network} Network */
/**
 * How well points are met.
 * @typedef {object} Score
 * @property {number} loss
 * @property {number | null} accuracy share on the right side; null for regression
 * @property {number | null} explained R²: the share of the labels' variance that is
 *   explained; null but for regression
 */
/** @typedef {{epoch: number, train: Score, test: Score}} Record */

/** Epochs that can be taken back. */
const KEPT = 500;
/** Points of the curves; when full, every second one goes. */
const CURVE = 2000;

/**
 * @typedef {object} Experiment
 * @property {Settings} settings
 * @property {number} classes 0 for regression
 * @property {Point[]} train
 * @property {Point[]} test
 * @property {string[]} names of the classes of own points
 * @property {import("./features.js").Feature[]} features
 * @property {Float64Array[]} trainInputs
 * @property {Float64Array[]} testInputs
 * @property {import("../rng.js").Random} random
 * @property {Network} network
 * @property {Network} initial the weights that Reset gives back
 * @property {keyof typeof LOSSES} loss
 * @property {number} epoch
 * @property {Record[]} curve
 * @property {number} stride epochs between two points of the curve
 * @property {{epoch: number, network: Network}[]} past
 */

/**
 * Draws data and weights as a fresh page with this address does.
 * @param {Settings} settings
 * @returns {Experiment}
 */
export function start(settings) {
  const random = seeded(settings.seed);
  const drawn = pointsOf(settings, random);
  return withNetwork({ ...drawn, random }, settings);
}

/**
 * @param {Settings} settings
 * @param {import("../rng.js").Random} random
 */
function pointsOf(settings, random) {
  const regression = settings.problem === "regression";
  if (settings.points) {
    const own = unpackPoints(settings.points, regression);
    const parts = divide(fit(own.points).points, settings.percTrainData);
    return { ...parts, classes: own.classes, names: own.names };
  }
  const dataset = regression ? REGRESSION[settings.regDataset] : CLASSIFICATION[settings.dataset];
  const parts = draw(random, dataset, settings.noise, settings.percTrainData);
  return { ...parts, classes: dataset.classes, names: /** @type {string[]} */ ([]) };
}

/**
 * The network of settings for points; the stream of random numbers goes on.
 * @param {Pick<Experiment, "train" | "test" | "classes" | "names" | "random">} data
 * @param {Settings} settings
 * @returns {Experiment}
 */
function withNetwork(data, settings) {
  const features = chosen(/** @type {any} */ (settings));
  const loss = lossOf(settings, data.classes);
  const outputs = data.classes > 2 ? data.classes : 1;
  const sizes = [features.length, ...settings.networkShape, outputs];
  const square = data.classes ? "tanh" : "linear";
  const options = {
    hidden: settings.activation,
    output: { square, logistic: "logistic", softmax: "softmax" }[loss],
    zero: settings.initZero,
  };
  let network = build(data.random, sizes, options);
  for (let k = 0; k < settings.redraws; k++) network = build(data.random, sizes, options);
  const inputs = (/** @type {Point[]} */ points) =>
    points.map(({ x, y }) => Float64Array.from(features, (feature) => feature.value(x, y)));
  return restart({
    train: data.train,
    test: data.test,
    classes: data.classes,
    names: data.names,
    random: data.random,
    settings,
    features,
    loss,
    trainInputs: inputs(data.train),
    testInputs: inputs(data.test),
    network,
    initial: copy(network),
    epoch: 0,
    curve: [],
    stride: 1,
    past: [],
  });
}

/**
 * Back to epoch 0 with the same initial weights.
 * @param {Experiment} experiment
 * @returns {Experiment}
 */
export function restart(experiment) {
  const fresh = {
    ...experiment,
    network: copy(experiment.initial),
    epoch: 0,
    curve: [],
    stride: 1,
    past: [],
  };
  note(fresh);
  return fresh;
}

/**
 * Which loss trains an experiment: several classes need cross-entropy, regression squares.
 * @param {Settings} settings @param {number} classes
 * @returns {"square" | "logistic" | "softmax"}
 */
function lossOf(settings, classes) {
  if (classes > 2) return "softmax";
  return classes === 2 && settings.loss === "cross-entropy" ? "logistic" : "square";
}

/**
 * One epoch, in place: every training point once, in the same order; gradients of a last
 * part of a batch wait for the next epoch's first update, as in the original.
 * @param {Experiment} experiment
 */
export function advance(experiment) {
  const { settings, network, train, trainInputs } = experiment;
  experiment.past.push({ epoch: experiment.epoch, network: copy(network) });
  if (experiment.past.length > KEPT) experiment.past.shift();
  const loss = LOSSES[experiment.loss];
  const rule = {
    rate: settings.learningRate,
    optimizer: settings.optimizer,
    penalty: settings.regularization,
    penaltyRate: settings.regularizationRate,
  };
  for (let i = 0; i < train.length; i++) {
    forward(network, trainInputs[i]);
    backward(network, trainInputs[i], train[i].label, loss);
    if ((i + 1) % settings.batchSize === 0) update(network, rule);
  }
  experiment.epoch++;
  if (experiment.epoch % experiment.stride === 0) note(experiment);
}

/**
 * Takes the last epoch back, in place.
 * @param {Experiment} experiment
 * @returns {boolean} false when there is none left
 */
export function stepBack(experiment) {
  const before = experiment.past.pop();
  if (!before) return false;
  experiment.network = before.network;
  experiment.epoch = before.epoch;
  while (experiment.curve.length > 1 && last(experiment).epoch > before.epoch) {
    experiment.curve.pop();
  }
  return true;
}

/** @param {Experiment} experiment @returns {Record} */
export function last(experiment) {
  return experiment.curve[experiment.curve.length - 1];
}

/** Judges anew after weights were changed by hand. @param {Experiment} experiment */
export function judge(experiment) {
  const now = last(experiment);
  if (now.epoch === experiment.epoch) Object.assign(now, scores(experiment));
  else experiment.curve.push({ epoch: experiment.epoch, ...scores(experiment) });
}

/** Adds a point to the curve. @param {Experiment} experiment */
function note(experiment) {
  experiment.curve.push({ epoch: experiment.epoch, ...scores(experiment) });
  if (experiment.curve.length <= CURVE) return;
  experiment.stride *= 2;
  experiment.curve = experiment.curve.filter(({ epoch }) => epoch % experiment.stride === 0);
}

/**
 * Mean losses, without the penalty, and shares of points on the right side.
 * @param {Experiment} experiment
 * @returns {{train: Score, test: Score}}
 */
export function scores(experiment) {
  return {
    train: score(experiment, experiment.train, experiment.trainInputs),
    test: score(experiment, experiment.test, experiment.testInputs),
  };
}

/**
 * @param {Experiment} experiment @param {Point[]} points @param {Float64Array[]} inputs
 * @returns {Score}
 */
function score(experiment, points, inputs) {
  if (!points.length) return { loss: NaN, accuracy: null, explained: null };
  const loss = LOSSES[experiment.loss];
  let sum = 0;
  let right = 0;
  for (let i = 0; i < points.length; i++) {
    const outputs = forward(experiment.network, inputs[i]);
    sum += loss.value(outputs, points[i].label);
    right += isRight(outputs, points[i].label) ? 1 : 0;
  }
  const accuracy = experiment.classes ? right / points.length : null;
  const explained = experiment.classes ? null : 1 - (2 * sum) / points.length / varianceOf(points);
  return { loss: sum / points.length, accuracy, explained };
}

/** @param {Point[]} points */
function varianceOf(points) {
  const mean = points.reduce((sum, { label }) => sum + label, 0) / points.length;
  return points.reduce((sum, { label }) => sum + (label - mean) ** 2, 0) / points.length;
}

/** @param {Float64Array} outputs @param {number} label */
function isRight(outputs, label) {
  if (outputs.length === 1) return outputs[0] >= 0 === label >= 0;
  return outputs.indexOf(Math.max(...outputs)) === label;
}

/**
 * @typedef {object} Verdict
 * @property {"stopped" | "diverged" | "slow" | "stuck" | "never" | "solved"} kind
 * @property {string} text
 */

/** The change of the loss over so many epochs tells whether anything moves. */
const LOOK_BACK = 50;

/**
 * A word about how it goes, when there is one worth saying.
 * @param {Experiment} experiment
 * @returns {Verdict | null}
 */
export function verdict(experiment) {
  const { settings, network, train, curve, epoch } = experiment;
  const now = last(experiment);
  if (epoch && settings.batchSize > train.length && !network.updates && network.pending < settings.batchSize) {
    return {
      kind: "never",
      text: `The batch (${settings.batchSize}) is larger than the ${train.length} training points: no weight ever changes. Take a smaller batch.`,
    };
  }
  if (!Number.isFinite(now.train.loss) || now.train.loss > 1e3) {
    return {
      kind: "diverged",
      text: "It diverged: each step jumps past the valley and lands higher on the other side. Take a smaller learning rate and reset.",
    };
  }
  if (now.train.accuracy === 1 && now.test.accuracy === 1) {
    return { kind: "solved", text: `Every point is on its side after ${epoch} epochs.` };
  }
  const before = curve.findLast((record) => record.epoch <= epoch - LOOK_BACK);
  if (!before) return null;
  const change = Math.abs(before.train.loss - now.train.loss) / Math.max(before.train.loss, 1e-12);
  const untrained = now.train.accuracy === null ? now.train.loss > 0.01 : now.train.accuracy < 0.9;
  if (change < 0.05 && untrained && settings.learningRate <= 0.001) {
    return {
      kind: "slow",
      text: `The learning rate ${settings.learningRate} is too small to see: in ${LOOK_BACK} epochs the loss changed by ${(change * 100).toFixed(2)} %. Try 0.03.`,
    };
  }
  if (change < 0.001 && untrained) {
    return {
      kind: "stuck",
      text: "The loss stands still though points are wrong: more neurons, other features or other initial weights may help.",
    };
  }
  return null;
}

/**
 * Whether the stop rule says to stop now.
 * @param {Experiment} experiment
 */
export function shouldStop(experiment) {
  const { stopLoss, stopEpoch } = experiment.settings;
  const now = last(experiment);
  if (!Number.isFinite(now.train.loss)) return true;
  return (stopEpoch > 0 && experiment.epoch >= stopEpoch) || now.test.loss < stopLoss;
}
