// An augmentation as text.

import assert from "node:assert/strict";
import test from "node:test";

import { parse, readSettings, write } from "../../../src/saccade/studio/static/lib/augment/spec.js";

const STEPS = [
  { name: "flip_lr", words: "mirrored", defaults: [], limits: [], names: [] },
  { name: "rotate", words: "turned by {0}", defaults: [15], limits: [[0, 360]], names: ["angle"] },
  { name: "shift", words: "shifted", defaults: [0.1, 0.1], limits: [[0, 1], [0, 1]], names: ["down", "across"] },
];

test("a text gives itself back, with its defaults", () => {
  const { chosen, problems } = parse(" flip_lr| rotate(30)|shift(0.2)", STEPS);
  assert.deepEqual(problems, []);
  assert.equal(write(chosen), "flip_lr|rotate(30)|shift(0.2, 0.1)");
  assert.deepEqual(parse(write(chosen), STEPS).chosen, chosen);
  assert.equal(write([]), "none");
  assert.deepEqual(parse("none", STEPS).chosen, []);
});

test("what is not understood is said, the rest is taken", () => {
  const { chosen, problems } = parse("spin(3)|rotate(400)|rotate(", STEPS);
  assert.deepEqual(chosen, [{ name: "rotate", numbers: [15] }]);
  assert.equal(problems.length, 3);
  assert.equal(readSettings("#spec=flip_lr&seed=-1").problems.length, 1);
});
