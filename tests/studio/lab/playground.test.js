// The playground against numbers measured on the original page and its source.

import assert from "node:assert/strict";
import test from "node:test";

import { write } from "../../../src/saccade/studio/static/lib/address.js";
import * as lab from "../../../src/saccade/studio/static/lib/playground/experiment.js";
import { gridInputs, gridOutputs, place } from "../../../src/saccade/studio/static/lib/playground/grid.js";
import { forward } from "../../../src/saccade/studio/static/lib/playground/network.js";
import { fit, packPoints, parseCsv } from "../../../src/saccade/studio/static/lib/playground/points.js";
import { SCHEMA, readSettings } from "../../../src/saccade/studio/static/lib/playground/state.js";
import { seeded } from "../../../src/saccade/studio/static/lib/rng.js";

const SEED = "&seed=0.79032";
const near = (found, wanted, within = 1e-6) =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted}`);
const open = (hash) => lab.start(readSettings(hash).settings);
const train = (experiment, epochs) => {
  while (experiment.epoch < epochs) lab.advance(experiment);
  return lab.scores(experiment);
};

test("seeded draws seedrandom's numbers", () => {
  const random = seeded("0.79032");
  assert.deepEqual(
    [random(), random(), random()],
    [0.08698697051433112, 0.836623701475819, 0.5802368549784277],
  );
});

test("points and first weights are the original's", () => {
  const xor = open("#dataset=xor&networkShape=5" + SEED);
  assert.deepEqual(xor.train[0], { x: 1.2982144950697354, y: -5.048900366450031, label: -1 });
  assert.equal(xor.train.length, 250);
  const [hidden] = xor.network.layers;
  [0.276116, -0.34465, 0.413943, 0.201595].forEach((weight, k) => near(hidden.weights[k], weight));
  assert.deepEqual(open("#" + SEED).train[0], { x: 0.6912720222714154, y: 4.3450875936449735, label: -1 });
  near(open("#problem=regression" + SEED).train[0].label, 0.3551191790592818, 1e-15);
});

// hash, then [epoch, training loss, test loss, share of training points on the right side]
const GOLDEN = [
  ["#activation=sigmoid&learningRate=0.00001&networkShape=5&dataset=xor", [0, 0.825838, 0.647256, 0.408], [1, 0.825697, 0.647165, 0.408], [100, 0.811567, 0.637985, 0.408], [1000, 0.673549, 0.555314, 0.408]],
  ["#activation=sigmoid&networkShape=5&dataset=xor", [100, 0.262307, 0.266049, 0.936], [1000, 0.015377, 0.015537, 1]],
  ["#networkShape=5&dataset=xor", [0, 0.5546, 0.519622], [10, 0.338202, 0.361807], [100, 0.025896, 0.022453], [500, 0.007021, 0.011788]],
  ["#", [0, 0.515201, 0.529453], [100, 0.020877, 0.022397], [500, 0.001449, 0.008129]],
  ["#problem=regression", [0, 0.117423, 0.118943], [20, 0.003944, 0.003789]],
  ["#regularization=L1&regularizationRate=0.003", [200, 0.013213, 0.009631]],
];
for (const [hash, ...rows] of GOLDEN) {
  test(`losses of ${hash} are the original's`, () => {
    const experiment = open(hash + SEED);
    for (const [epoch, trainLoss, testLoss, share] of rows) {
      const { train: onTrain, test: onTest } = train(experiment, epoch);
      near(onTrain.loss, trainLoss);
      near(onTest.loss, testLoss);
      if (share !== undefined) assert.equal(onTrain.accuracy, share);
    }
  });
}

test("a part of a batch waits for the next epoch", () => {
  const experiment = open("#batchSize=30" + SEED);
  lab.advance(experiment);
  assert.equal(experiment.network.pending, 250 % 30);
  const large = open("#batchSize=300" + SEED);
  const before = lab.scores(large).train.loss;
  lab.advance(large);
  assert.equal(lab.scores(large).train.loss, before);
  assert.equal(lab.verdict(large)?.kind, "never");
});

test("Reset gives the same weights, a step back the epoch before", () => {
  const experiment = open("#dataset=spiral&optimizer=adam" + SEED);
  const at0 = lab.scores(experiment).train.loss;
  const at5 = train(experiment, 5).train.loss;
  const at6 = train(experiment, 6).train.loss;
  assert.ok(lab.stepBack(experiment));
  assert.equal(lab.scores(experiment).train.loss, at5);
  assert.equal(train(experiment, 6).train.loss, at6);
  const again = lab.restart(experiment);
  assert.equal(lab.scores(again).train.loss, at0);
  assert.equal(lab.stepBack(again), false);
});

test("gradients are those of finite differences, for each kind of output", () => {
  for (const hash of ["#dataset=spiral3", "#loss=cross-entropy", "#problem=regression", "#activation=sigmoid"]) {
    const experiment = open(`${hash}&batchSize=1200&noise=20` + SEED);
    const { network } = experiment;
    lab.advance(experiment); // no update: the sums are left
    const layer = network.layers[1];
    for (const at of [0, layer.weights.length - 1]) {
      const kept = layer.weights[at];
      const step = 1e-6;
      layer.weights[at] = kept + step;
      const above = lab.scores(experiment).train.loss;
      layer.weights[at] = kept - step;
      const below = lab.scores(experiment).train.loss;
      layer.weights[at] = kept;
      near(layer.weightSums[at] / experiment.train.length, (above - below) / (2 * step), 1e-7);
    }
  }
});

test("every optimizer brings the loss down, several classes too", () => {
  for (const optimizer of ["sgd", "momentum", "rmsprop", "adam"]) {
    const experiment = open(`#dataset=clouds3&learningRate=0.01&optimizer=${optimizer}` + SEED);
    const before = lab.scores(experiment).train.loss;
    const after = train(experiment, 60).train;
    assert.ok(after.loss < before / 3, `${optimizer}: ${before} to ${after.loss}`);
    assert.ok((after.accuracy ?? 0) > 0.95);
  }
});

test("words come when it diverges, and when the rate is too small", () => {
  const wild = open("#problem=regression&learningRate=10&activation=relu" + SEED);
  train(wild, 5);
  assert.equal(lab.verdict(wild)?.kind, "diverged");
  assert.ok(lab.shouldStop(wild));
  const slow = open("#activation=sigmoid&learningRate=0.00001&dataset=xor&networkShape=5" + SEED);
  train(slow, 100);
  assert.equal(lab.verdict(slow)?.kind, "slow");
});

test("the stop rule stops", () => {
  const byLoss = open("#stopLoss=0.1" + SEED);
  while (!lab.shouldStop(byLoss) && byLoss.epoch < 500) lab.advance(byLoss);
  assert.ok(byLoss.epoch > 1 && byLoss.epoch < 100);
  const byEpoch = open("#stopEpoch=7" + SEED);
  train(byEpoch, 6);
  assert.equal(lab.shouldStop(byEpoch), false);
  lab.advance(byEpoch);
  assert.ok(lab.shouldStop(byEpoch));
});

test("a link is read as far as it goes, and written so that it gives itself", () => {
  const link = "https://playground.tensorflow.org/#activation=sigmoid&batchSize=7&dataset=xor&networkShape=5&cosX=false&showTestData_hide=true&noise=1e9&flavour=3&x";
  const { settings, problems } = readSettings(link, () => 0.5);
  assert.equal(settings.activation, "sigmoid");
  assert.equal(settings.noise, 0);
  assert.equal(settings.seed, "0.50000");
  assert.deepEqual(problems.map(({ name }) => name), ["noise", "flavour", "x"]);
  const again = readSettings("#" + write(settings, SCHEMA));
  assert.deepEqual(again.settings, settings);
  assert.deepEqual(again.problems, []);
  assert.deepEqual(readSettings("#networkShape=").settings.networkShape, []);
  assert.deepEqual(readSettings("#seed=%").problems.length, 1);
});

test("own points are read, and what is wrong is named with its line", () => {
  const { points, classes, names } = parseCsv("x, y, label\n1,2,cat\n-1,-2,dog\n");
  assert.deepEqual(points, [{ x: 1, y: 2, label: -1 }, { x: -1, y: -2, label: 1 }]);
  assert.equal(classes, 2);
  assert.deepEqual(names, ["cat", "dog"]);
  assert.throws(() => parseCsv("1,2,1\n1,two,0"), /Line 2: "two" is not a number/);
  assert.throws(() => parseCsv("1,2,1\n3,4,1"), /All points have the label "1"/);
  assert.throws(() => parseCsv("1,2"), /Line 1 has 2 values/);
  assert.throws(() => parseCsv(""), /no point/);
  assert.throws(() => parseCsv("1,2,a", { regression: true }), /must be a number/);
  const far = fit([{ x: 1000, y: 0, label: 1 }, { x: 2000, y: 500, label: -1 }]);
  assert.ok(far.moved && far.points.every(({ x, y }) => Math.abs(x) <= 6 && Math.abs(y) <= 6));
  const settings = readSettings(`#points=${packPoints(points)}`).settings;
  assert.equal(lab.start(settings).train.length, 1);
});

test("the grid is the network at each place", () => {
  const experiment = open("#sinX=true" + SEED);
  train(experiment, 3);
  const outputs = gridOutputs(experiment.network, gridInputs(experiment.features, 11));
  const cell = 3 * 11 + 7;
  const inputs = experiment.features.map(({ value }) => value(place(7, 11), -place(3, 11)));
  near(outputs[outputs.length - 1][0][cell], forward(experiment.network, inputs)[0], 1e-5);
});
