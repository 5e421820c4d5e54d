// The race: all from one start, or one from many starts.

import { normal, seeded } from "../rng.js";
import { RACERS } from "./optimizers.js";
import { SURFACES } from "./surfaces.js";

/** @typedef {import("./surfaces.js").Surface} Surface */
/** @typedef {import("./optimizers.js").Settings} Settings */

/** A point this many widths of the box away does not come back. */
const LOST = 1000;
/** Near a minimum: this share of the box's width. */
const NEAR = 0.025;

/**
 * Where one optimizer went: x and y after each step, NaN once it was lost.
 * @typedef {object} Path
 * @property {string} name
 * @property {Float64Array} xs
 * @property {Float64Array} ys
 * @property {Float64Array} losses
 * @property {string} end "minimum 1" ..., "elsewhere" or "diverged"
 */

/** @param {string | Surface} surface */
const surfaceOf = (surface) => (typeof surface === "string" ? SURFACES[surface] : surface);

/** An optimizer's settings for a surface. @param {string} name @param {Surface} surface @returns {Settings} */
export function suited(name, surface) {
  const { settings, scaled } = RACERS[name];
  return { ...settings, rate: settings.rate * (scaled ? surface.scale : surface.plainScale) };
}

/**
 * @param {string | Surface} surfaceOrName
 * @param {{start?: [number, number], optimizers: string[], steps: number, rates?: Record<string, number>, noise?: number, seed?: string}} options
 * @returns {Path[]}
 */
export function race(surfaceOrName, { start, optimizers, steps, rates = {}, noise = 0, seed = "0" }) {
  const surface = surfaceOf(surfaceOrName);
  const random = seeded(seed);
  // Every optimizer gets the same noise, as if each step had one batch.
  const bumps = Float64Array.from({ length: 2 * steps }, () => (noise ? normal(random, 0, noise * noise) : 0));
  return optimizers.map((name) => {
    const settings = suited(name, surface);
    if (rates[name] !== undefined) settings.rate = rates[name];
    return descend(name, surface, settings, start ?? surface.start, bumps);
  });
}

/**
 * @param {string} name @param {Surface} surface @param {Settings} settings
 * @param {[number, number]} start @param {Float64Array} bumps two for each step
 * @returns {Path}
 */
function descend(name, surface, settings, start, bumps) {
  const steps = bumps.length / 2;
  const xs = new Float64Array(steps + 1);
  const ys = new Float64Array(steps + 1);
  const losses = new Float64Array(steps + 1);
  const bound = LOST * Math.max(surface.box[1] - surface.box[0], surface.box[3] - surface.box[2]);
  const { move } = RACERS[name];
  const slots = [{ m: 0, v: 0 }, { m: 0, v: 0 }];
  [xs[0], ys[0]] = start;
  losses[0] = surface.value(...start);
  for (let step = 1; step <= steps; step++) {
    const x = xs[step - 1];
    const y = ys[step - 1];
    const [gx, gy] = surface.gradient(x, y);
    const nextX = move(x, gx + bumps[2 * step - 2], slots[0], step, settings);
    const nextY = move(y, gy + bumps[2 * step - 1], slots[1], step, settings);
    const here = Math.abs(nextX) < bound && Math.abs(nextY) < bound;
    xs[step] = here ? nextX : NaN;
    ys[step] = here ? nextY : NaN;
    losses[step] = surface.value(xs[step], ys[step]);
  }
  return { name, xs, ys, losses, end: endOf(surface, xs[steps], ys[steps]) };
}

/** @param {Surface} surface @param {number} x @param {number} y */
function endOf(surface, x, y) {
  if (Number.isNaN(x) || Number.isNaN(y)) return "diverged";
  const at = minimumAt(surface, x, y);
  return at < 0 ? "elsewhere" : `minimum ${at + 1}`;
}

/** @param {Surface} surface @param {number} x @param {number} y */
function minimumAt(surface, x, y) {
  const near = NEAR * (surface.box[1] - surface.box[0]);
  return surface.minima.findIndex(([mx, my]) => Math.hypot(x - mx, y - my) < near);
}

/**
 * Which start ends where: for a grid of starts, the number of the minimum, or -1.
 * @param {string | Surface} surfaceOrName @param {string} name
 * @param {{steps: number, size?: number, rate?: number}} options
 * @returns {{ends: Int8Array, shares: number[], size: number}} rows from low y to high y
 */
export function basins(surfaceOrName, name, { steps, size = 81, rate }) {
  const surface = surfaceOf(surfaceOrName);
  const settings = suited(name, surface);
  if (rate !== undefined) settings.rate = rate;
  const [lowX, highX, lowY, highY] = surface.box;
  const ends = new Int8Array(size * size);
  const still = new Float64Array(2 * steps);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = lowX + ((highX - lowX) * column) / (size - 1);
      const y = lowY + ((highY - lowY) * row) / (size - 1);
      const { xs, ys } = descend(name, surface, settings, [x, y], still);
      ends[row * size + column] = Number.isNaN(xs[steps]) ? -1 : minimumAt(surface, xs[steps], ys[steps]);
    }
  }
  const shares = surface.minima.map((_, k) => ends.reduce((sum, end) => sum + Number(end === k), 0) / ends.length);
  return { ends, shares, size };
}
