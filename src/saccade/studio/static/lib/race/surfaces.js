// Surfaces to descend, with their gradients by hand; the same table as
// saccade.explain has in Python, and a test compares the two.

/**
 * @typedef {object} Surface
 * @property {string} title
 * @property {string} formula
 * @property {(x: number, y: number) => number} value
 * @property {(x: number, y: number) => [number, number]} gradient
 * @property {[number, number, number, number]} box low x, high x, low y, high y
 * @property {[number, number][]} minima the lowest first
 * @property {[number, number]} start a place from which optimizers differ
 * @property {number} scale of the rates of optimizers that divide by the gradient's size
 * @property {number} plainScale of the other rates
 * @property {number} steps how many show what is to be seen
 * @property {string} lesson
 */

/** @param {number} v */
const rastriginSlope = (v) => 2 * v + 20 * Math.PI * Math.sin(2 * Math.PI * v);

/** @param {number} x @param {number} y */
const bealeParts = (x, y) => [1.5 - x + x * y, 2.25 - x + x * y ** 2, 2.625 - x + x * y ** 3];

/** @type {Record<string, Surface>} */
export const SURFACES = {
  two_gaussians: {
    title: "Two hollows",
    formula: "x² + y² − 2 e^(−((x−1)² + y²)/0.2) − 3 e^(−((x+1)² + y²)/0.2)",
    value: (x, y) =>
      x * x + y * y - 2 * Math.exp(-((x - 1) ** 2 + y * y) / 0.2) - 3 * Math.exp(-((x + 1) ** 2 + y * y) / 0.2),
    gradient: (x, y) => {
      const near = 20 * Math.exp(-((x - 1) ** 2 + y * y) / 0.2);
      const far = 30 * Math.exp(-((x + 1) ** 2 + y * y) / 0.2);
      return [2 * x + near * (x - 1) + far * (x + 1), 2 * y + (near + far) * y];
    },
    box: [-2, 2, -2, 2],
    minima: [[-0.9363010868, 0], [0.9053177494, 0]],
    start: [0.3, 1.5],
    scale: 1,
    plainScale: 1,
    steps: 300,
    lesson: "Two hollows, the left one deeper: where each ends depends on the start.",
  },
  ravine: {
    title: "Ravine",
    formula: "x²/100 + y²",
    value: (x, y) => 0.01 * x * x + y * y,
    gradient: (x, y) => [0.02 * x, 2 * y],
    box: [-10, 10, -5, 5],
    minima: [[0, 0]],
    start: [-9, 3],
    scale: 8,
    plainScale: 45,
    steps: 100,
    lesson: "A long valley with steep sides: plain descent goes to and fro, not along.",
  },
  rosenbrock: {
    title: "Rosenbrock",
    formula: "(1 − x)² + 100 (y − x²)²",
    value: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    box: [-2, 2, -1, 3],
    minima: [[1, 1]],
    start: [-1.5, 2],
    scale: 2,
    plainScale: 0.05,
    steps: 2000,
    lesson: "A bent valley with a nearly flat floor: found soon, hard to follow.",
  },
  rastrigin: {
    title: "Rastrigin",
    formula: "20 + x² + y² − 10 (cos 2πx + cos 2πy)",
    value: (x, y) => 20 + x * x + y * y - 10 * (Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y)),
    gradient: (x, y) => [rastriginSlope(x), rastriginSlope(y)],
    box: [-4, 4, -4, 4],
    minima: [[0, 0]],
    start: [2.4, 1.7],
    scale: 20,
    plainScale: 0.2,
    steps: 300,
    lesson: "A bowl full of dents: most stop in the first one.",
  },
  himmelblau: {
    title: "Himmelblau",
    formula: "(x² + y − 11)² + (x + y² − 7)²",
    value: (x, y) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    gradient: (x, y) => {
      const a = x * x + y - 11;
      const b = x + y * y - 7;
      return [4 * x * a + 2 * b, 2 * a + 4 * y * b];
    },
    box: [-5, 5, -5, 5],
    minima: [[3, 2], [-2.805118087, 3.131312518], [-3.779310253, -3.283185991], [3.58442834, -1.848126527]],
    start: [-0.27, -0.92],
    scale: 4,
    plainScale: 0.2,
    steps: 300,
    lesson: "Four hollows equally deep: from one start, two are reached.",
  },
  beale: {
    title: "Beale",
    formula: "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
    value: (x, y) => bealeParts(x, y).reduce((sum, part) => sum + part * part, 0),
    gradient: (x, y) => {
      const [a, b, c] = bealeParts(x, y);
      return [
        2 * (a * (y - 1) + b * (y ** 2 - 1) + c * (y ** 3 - 1)),
        2 * x * (a + 2 * b * y + 3 * c * y ** 2),
      ];
    },
    box: [-4.5, 4.5, -4.5, 4.5],
    minima: [[3, 0.5]],
    start: [1, 1.5],
    scale: 6,
    plainScale: 0.1,
    steps: 600,
    lesson: "Flat in the middle and steep at the corners: no one rate suits everywhere.",
  },
  saddle: {
    title: "Saddle",
    formula: "x² − y²",
    value: (x, y) => x * x - y * y,
    gradient: (x, y) => [2 * x, -2 * y],
    box: [-2, 2, -2, 2],
    minima: [],
    start: [1.5, 1e-6],
    scale: 1,
    plainScale: 1,
    steps: 100,
    lesson: "Flat in the middle but no minimum: who divides by the gradient leaves first.",
  },
};
