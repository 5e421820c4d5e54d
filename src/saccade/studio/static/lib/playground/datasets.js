// The points of the Playground's data sets, drawn in its order of random numbers.

import { normal, shuffle, uniform } from "../rng.js";

/** @typedef {import("../rng.js").Random} Random */
/**
 * A point and what it belongs to: -1 or 1 for two classes, 0, 1, 2 ... for several, a number
 * for regression.
 * @typedef {{x: number, y: number, label: number}} Point
 */
/** @typedef {(random: Random, count: number, noise: number) => Point[]} Generator */

const RADIUS = 5;
const GAP = 0.3;
const DOMAIN = 6;

/** @type {Generator} */
function circle(random, count, noise) {
  /** @type {Point[]} */
  const points = [];
  const half = count / 2;
  const rings = /** @type {const} */ ([
    [0, RADIUS * 0.5],
    [RADIUS * 0.7, RADIUS],
  ]);
  for (const [inner, outer] of rings) {
    for (let i = 0; i < half; i++) {
      const radius = uniform(random, inner, outer);
      const angle = uniform(random, 0, 2 * Math.PI);
      const x = radius * Math.sin(angle);
      const y = radius * Math.cos(angle);
      const dx = uniform(random, -RADIUS, RADIUS) * noise;
      const dy = uniform(random, -RADIUS, RADIUS) * noise;
      const inside = Math.sqrt((x + dx) ** 2 + (y + dy) ** 2) < RADIUS * 0.5;
      points.push({ x, y, label: inside ? 1 : -1 });
    }
  }
  return points;
}

/** @type {Generator} */
function xor(random, count, noise) {
  return Array.from({ length: count }, () => {
    let x = uniform(random, -RADIUS, RADIUS);
    x += x > 0 ? GAP : -GAP;
    let y = uniform(random, -RADIUS, RADIUS);
    y += y > 0 ? GAP : -GAP;
    const dx = uniform(random, -RADIUS, RADIUS) * noise;
    const dy = uniform(random, -RADIUS, RADIUS) * noise;
    return { x, y, label: (x + dx) * (y + dy) >= 0 ? 1 : -1 };
  });
}

/** @param {number} noise */
const varianceOf = (noise) => 0.5 + 7 * noise;

/**
 * Clouds around centres, one after the other.
 * @param {[number, number, number][]} centres x, y, label
 * @returns {Generator}
 */
function clouds(centres) {
  return (random, count, noise) => {
    const variance = varianceOf(noise);
    return centres.flatMap(([cx, cy, label]) =>
      Array.from({ length: Math.ceil(count / centres.length) }, () => {
        const x = normal(random, cx, variance);
        return { x, y: normal(random, cy, variance), label };
      }),
    );
  };
}

/**
 * Arms of a spiral, one after the other.
 * @param {[number, number][]} arms angle of the arm, label
 * @returns {Generator}
 */
function spiral(arms) {
  return (random, count, noise) => {
    const each = count / arms.length;
    return arms.flatMap(([turn, label]) =>
      Array.from({ length: Math.ceil(each) }, (_, i) => {
        const radius = (i / each) * 5;
        const angle = ((1.75 * i) / each) * 2 * Math.PI + turn;
        const x = radius * Math.sin(angle) + uniform(random, -1, 1) * noise;
        const y = radius * Math.cos(angle) + uniform(random, -1, 1) * noise;
        return { x, y, label };
      }),
    );
  };
}

/**
 * Points of the whole domain whose label is a function of the place, moved by noise.
 * @param {(x: number, y: number) => number} value
 * @returns {Generator}
 */
function surface(value) {
  return (random, count, noise) =>
    Array.from({ length: count }, () => {
      const x = uniform(random, -DOMAIN, DOMAIN);
      const y = uniform(random, -DOMAIN, DOMAIN);
      const dx = uniform(random, -DOMAIN, DOMAIN) * noise;
      const dy = uniform(random, -DOMAIN, DOMAIN) * noise;
      return { x, y, label: value(x + dx, y + dy) };
    });
}

const HILLS = [
  [-4, 2.5, 1],
  [0, 2.5, -1],
  [4, 2.5, 1],
  [-4, -2.5, -1],
  [0, -2.5, 1],
  [4, -2.5, -1],
];

/** The hill or hollow that reaches highest at a place. @param {number} x @param {number} y */
function hills(x, y) {
  let label = 0;
  for (const [cx, cy, sign] of HILLS) {
    const height = sign * Math.max(0, 1 - Math.sqrt((x - cx) ** 2 + (y - cy) ** 2) / 2);
    if (Math.abs(height) > Math.abs(label)) label = height;
  }
  return label;
}

/**
 * @typedef {object} Dataset
 * @property {string} title
 * @property {Generator} generate
 * @property {number} classes 2 for labels -1 and 1; more for 0, 1, 2 ...; 0 for regression
 */

/** @type {Record<string, Dataset>} */
export const CLASSIFICATION = {
  circle: { title: "Circle", generate: circle, classes: 2 },
  xor: { title: "Exclusive or", generate: xor, classes: 2 },
  gauss: { title: "Two clouds", generate: clouds([[2, 2, 1], [-2, -2, -1]]), classes: 2 },
  spiral: { title: "Spiral", generate: spiral([[0, 1], [Math.PI, -1]]), classes: 2 },
  clouds3: {
    title: "Three clouds",
    generate: clouds([[0, 3, 0], [-3, -2, 1], [3, -2, 2]]),
    classes: 3,
  },
  spiral3: {
    title: "Three arms",
    generate: spiral([0, 1, 2].map((k) => [(k * 2 * Math.PI) / 3, k])),
    classes: 3,
  },
};

/** @type {Record<string, Dataset>} */
export const REGRESSION = {
  "reg-plane": { title: "Plane", generate: surface((x, y) => (x + y) / 10), classes: 0 },
  "reg-gauss": { title: "Hills", generate: surface(hills), classes: 0 },
};

export const COUNTS = { classification: 500, regression: 1200 };

/**
 * Draws, shuffles and divides the points as the Playground does.
 * @param {Random} random
 * @param {Dataset} dataset
 * @param {number} noise percent
 * @param {number} trainPercent
 * @returns {{train: Point[], test: Point[]}}
 */
export function draw(random, dataset, noise, trainPercent) {
  const count = dataset.classes ? COUNTS.classification : COUNTS.regression;
  const points = dataset.generate(random, count, noise / 100);
  shuffle(random, points);
  return divide(points, trainPercent);
}

/** @param {Point[]} points @param {number} trainPercent */
export function divide(points, trainPercent) {
  const at = Math.floor((points.length * trainPercent) / 100);
  return { train: points.slice(0, at), test: points.slice(at) };
}
