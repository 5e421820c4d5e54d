// Functions: slopes against finite differences, and what the lab claims.

import assert from "node:assert/strict";
import test from "node:test";

import { ACTIVATIONS } from "../../../src/saccade/studio/static/lib/activations.js";
import { write } from "../../../src/saccade/studio/static/lib/address.js";
import * as lab from "../../../src/saccade/studio/static/lib/functions.js";

const near = (found, wanted, within) =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted}`);

test("slopes are those of finite differences", () => {
  for (const { value, slope } of Object.values(ACTIVATIONS)) {
    for (const z of [-3.1, -0.7, 0.4, 2.2]) {
      near(slope(z), (value(z + 1e-3) - value(z - 1e-3)) / 2e-3, 1e-3);
    }
  }
  assert.equal(ACTIVATIONS.relu.slope(0), 0);
  assert.equal(ACTIVATIONS.sigmoid.slope(0), 0.25);
  near(ACTIVATIONS.gelu.value(1), 0.8413447, 1e-6);
});

test("a neuron adds products and bias", () => {
  const found = lab.neuron([1, 0.5, -1], [0.8, -1.2, 0.4], 0.1, "relu");
  near(found.sum, -0.1, 1e-12);
  assert.equal(found.output, 0);
  assert.equal(found.slope, 0);
});

test("sigmoids let the gradient vanish, ReLU does not", () => {
  assert.ok(lab.chain(1, 1, 10, "sigmoid").gradients[0] < 1e-6);
  assert.equal(lab.chain(1, 1, 10, "relu").gradients[0], 1);
  const { gradients } = lab.chain(0.7, 1.3, 3, "tanh");
  const end = (x) => lab.chain(x, 1.3, 3, "tanh").signals[3];
  near(gradients[0], (end(0.7 + 1e-6) - end(0.7 - 1e-6)) / 2e-6, 1e-6);
});

test("softmax sums to 1, does not see a shift, and is a sigmoid for two", () => {
  const { shares } = lab.softmax([2, 1, 0.1], 1);
  near(shares.reduce((sum, share) => sum + share, 0), 1, 1e-12);
  lab.softmax([102, 101, 100.1], 1).shares.forEach((share, k) => near(share, shares[k], 1e-12));
  near(lab.softmax([1.5, 0.2], 1).shares[0], ACTIVATIONS.sigmoid.value(1.3), 1e-12);
  near(lab.softmax([2, 1, 0.1], 1e6).shares[0], 1 / 3, 1e-5);
});

test("losses have the slopes they show", () => {
  for (const target of [0, 1]) {
    for (const z of [-4, -0.3, 2]) {
      const [above, below, here] = [lab.losses(z + 1e-5, target), lab.losses(z - 1e-5, target), lab.losses(z, target)];
      near(here.crossentropySlope, (above.crossentropy - below.crossentropy) / 2e-5, 1e-6);
      near(here.squareSlope, (above.square - below.square) / 2e-5, 1e-6);
    }
  }
});

test("an address gives itself back, and odd ones are said to be odd", () => {
  const { settings, problems } = lab.readSettings("#activation=gelu&z=-2&inputs=1,2&weights=3,4&target=0&logits=1,2,3,4");
  assert.deepEqual(problems, []);
  assert.deepEqual(lab.readSettings("#" + write(settings, lab.SCHEMA)).settings, settings);
  assert.equal(lab.readSettings("#inputs=1,2&weights=3").problems.length, 1);
  assert.equal(lab.readSettings("#z=99&layers=1.5").problems.length, 2);
});
