// The race: golden minima and shares, gradients, and what each surface is to show.

import assert from "node:assert/strict";
import test from "node:test";

import { RACERS } from "../../../src/saccade/studio/static/lib/race/optimizers.js";
import { basins, race } from "../../../src/saccade/studio/static/lib/race/race.js";
import { SCHEMA, readSettings } from "../../../src/saccade/studio/static/lib/race/state.js";
import { cutOf } from "../../../src/saccade/studio/static/lib/race/cut.js";
import { networkSurface } from "../../../src/saccade/studio/static/lib/race/slice.js";
import { SURFACES } from "../../../src/saccade/studio/static/lib/race/surfaces.js";
import { write } from "../../../src/saccade/studio/static/lib/address.js";

const near = (found, wanted, within) =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted}`);

test("gradients are those of finite differences, and vanish at the minima", () => {
  for (const [name, { value, gradient, box, minima }] of Object.entries(SURFACES)) {
    const [x, y] = [0.3 * box[0] + 0.21, 0.4 * box[3] - 0.13];
    const h = 1e-6;
    const [gx, gy] = gradient(x, y);
    near(gx, (value(x + h, y) - value(x - h, y)) / (2 * h), 1e-4 * (1 + Math.abs(gx)), name);
    near(gy, (value(x, y + h) - value(x, y - h)) / (2 * h), 1e-4 * (1 + Math.abs(gy)), name);
    for (const minimum of minima) gradient(...minimum).forEach((slope) => near(slope, 0, 1e-4));
  }
});

test("the first surface has the original's minima and ends", () => {
  const { value, minima } = SURFACES.two_gaussians;
  near(value(...minima[0]), -2.06309, 2e-6);
  near(value(...minima[1]), -1.092733, 2e-6);
  const ends = race("two_gaussians", { optimizers: ["sgd", "momentum", "rmsprop", "adam_uncorrected"], steps: 500 });
  assert.deepEqual(ends.map(({ end }) => end), ["minimum 2", "minimum 1", "minimum 1", "minimum 1"]);
});

// optimizer, steps, shares that end near the global and the local minimum, of 81 x 81 starts
for (const [name, steps, ...shares] of [
  ["sgd", 500, 0.548, 0.452],
  ["momentum", 200, 0.591, 0.408],
  ["rmsprop", 300, 0.654, 0.341],
  ["adam_uncorrected", 100, 0.668, 0.33],
  ["adam", 100, 0.291, 0.218],
  ["adam", 400, 0.643, 0.344],
]) {
  test(`${name} with ${steps} steps ends where the original's does`, () => {
    const found = basins("two_gaussians", name, { steps });
    shares.forEach((share, k) => near(found.shares[k], share, 0.015));
  });
}

test("noise is the same for all and for the same seed", () => {
  const run = (seed) => race("ravine", { optimizers: ["sgd", "momentum"], steps: 20, noise: 0.5, seed });
  assert.deepEqual(run("1"), run("1"));
  assert.notDeepEqual(run("1")[0].xs, run("2")[0].xs);
});

test("a rate that is too large is said to diverge", () => {
  const [path] = race("rosenbrock", { optimizers: ["sgd"], steps: 50, rates: { sgd: 1 } });
  assert.equal(path.end, "diverged");
});

test("an address gives itself back", () => {
  const hash = "#surface=beale&optimizers=sgd,adam&x=1&y=-0.5&steps=40&rates=sgd%3A0.001&noise=0.1";
  const { settings, problems } = readSettings(hash);
  assert.deepEqual(problems, []);
  assert.deepEqual(readSettings("#" + write(settings, SCHEMA)).settings, settings);
  assert.equal(readSettings("#optimizers=lamb&rates=sgd:-1&surface=hill").problems.length, 3);
  assert.equal(Object.keys(RACERS).length, 8);
});

test("a cut keeps x's slope, loses y's, and has the hollows along it", () => {
  const cut = cutOf(SURFACES.two_gaussians);
  assert.deepEqual(cut.minima.map(([x]) => x.toFixed(5)), ["-0.93630", "0.90532"]);
  assert.deepEqual(cut.gradient(0.4, 9), [SURFACES.two_gaussians.gradient(0.4, 0)[0], 0]);
  const [path] = race(cut, { optimizers: ["sgd"], steps: 300, start: [0.5, 0] });
  assert.equal(path.end, "minimum 2");
  assert.ok(path.ys.every((y) => y === 0));
});

test("the network's loss has the slope of its differences, and two hollows", () => {
  const surface = networkSurface();
  for (const [x, y] of [[-3.5, 3.5], [0.2, -1], [2, 0]]) {
    const [gx, gy] = surface.gradient(x, y);
    const e = 1e-5;
    near(gx, (surface.value(x + e, y) - surface.value(x - e, y)) / (2 * e), 1e-7);
    near(gy, (surface.value(x, y + e) - surface.value(x, y - e)) / (2 * e), 1e-7);
  }
  assert.equal(surface.minima.length, 2);
  assert.ok(surface.minima.every(([x, y]) => Math.hypot(...surface.gradient(x, y)) < 1e-4));
  const ends = new Set(race(surface, { optimizers: ["momentum", "adam"], steps: 300 }).map(({ end }) => end));
  assert.deepEqual([...ends].sort(), ["minimum 1", "minimum 2"]);
});
