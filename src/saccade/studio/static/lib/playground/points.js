// Own points, from CSV text or from clicks, and as part of an address.

/** @typedef {import("./datasets.js").Point} Point */

const MOST = 2000;
const LARGEST = 1e6;

/**
 * Reads lines "x, y, label". A first line of names is passed over. Labels are numbers or
 * words: two words become -1 and 1, more become 0, 1, 2 ... in the order of the alphabet.
 * @param {string} csv
 * @param {{regression?: boolean}} [options]
 * @returns {{points: Point[], classes: number, names: string[]}}
 * @throws {Error} a sentence with the line's number
 */
export function parseCsv(csv, { regression = false } = {}) {
  const rows = csv
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), at: index + 1 }))
    .filter(({ line }) => line)
    .map(({ line, at }) => ({ cells: line.split(/[,;\t]/).map((cell) => cell.trim()), at }));
  if (rows.length && isHeading(rows[0].cells)) rows.shift();
  if (!rows.length) throw new Error("There is no point: each line is x, y, label.");
  if (rows.length > MOST) throw new Error(`${rows.length} points; at most ${MOST} fit here.`);
  for (const { cells, at } of rows) check(cells, at);
  if (regression) return numeric(rows);
  const names = [...new Set(rows.map(({ cells }) => cells[2]))].sort(byValue);
  if (names.length < 2) {
    throw new Error(`All points have the label "${names[0]}": a network needs two to tell apart.`);
  }
  if (names.length > 8) throw new Error(`${names.length} different labels; at most 8.`);
  const values = names.length === 2 ? [-1, 1] : names.map((_, k) => k);
  return {
    points: rows.map(({ cells }) => ({
      x: Number(cells[0]),
      y: Number(cells[1]),
      label: values[names.indexOf(cells[2])],
    })),
    classes: names.length,
    names,
  };
}

/** @param {string[]} cells */
function isHeading(cells) {
  return cells.length >= 2 && cells.slice(0, 2).every((cell) => cell && Number.isNaN(Number(cell)));
}

/** @param {string[]} cells @param {number} at */
function check(cells, at) {
  if (cells.length !== 3) {
    throw new Error(`Line ${at} has ${cells.length} values; x, y and label are 3.`);
  }
  for (const cell of cells.slice(0, 2)) {
    if (cell === "" || !Number.isFinite(Number(cell))) {
      throw new Error(`Line ${at}: "${cell}" is not a number.`);
    }
    if (Math.abs(Number(cell)) > LARGEST) throw new Error(`Line ${at}: ${cell} is too large.`);
  }
  if (!cells[2]) throw new Error(`Line ${at} has no label.`);
}

/** @param {{cells: string[], at: number}[]} rows */
function numeric(rows) {
  const points = rows.map(({ cells, at }) => {
    const label = Number(cells[2]);
    if (!Number.isFinite(label)) {
      throw new Error(`Line ${at}: for regression the label "${cells[2]}" must be a number.`);
    }
    return { x: Number(cells[0]), y: Number(cells[1]), label };
  });
  return { points, classes: 0, names: [] };
}

/** Numbers by value, words by letters. @param {string} a @param {string} b */
function byValue(a, b) {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? a.localeCompare(b) : difference;
}

/**
 * Moves points into the picture's domain of -6 to 6 when they do not fit.
 * @param {Point[]} points
 * @returns {{points: Point[], moved: boolean}}
 */
export function fit(points) {
  const outside = points.some(({ x, y }) => Math.abs(x) > 6 || Math.abs(y) > 6);
  const spread = Math.max(range(points, "x").size, range(points, "y").size);
  if (!outside && spread > 1) return { points, moved: false };
  const [xs, ys] = [range(points, "x"), range(points, "y")];
  const moved = points.map(({ x, y, label }) => ({
    x: ((x - xs.middle) / (xs.size || 1)) * 10,
    y: ((y - ys.middle) / (ys.size || 1)) * 10,
    label,
  }));
  return { points: moved, moved: true };
}

/** @param {Point[]} points @param {"x" | "y"} name */
function range(points, name) {
  const values = points.map((point) => point[name]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return { middle: (low + high) / 2, size: high - low };
}

/** @param {Point[]} points @returns {string} for the address */
export function packPoints(points) {
  return points.map(({ x, y, label }) => `${short(x)},${short(y)},${short(label)}`).join(";");
}

/** @param {number} value */
const short = (value) => String(Number(value.toFixed(3)));

/**
 * @param {string} packed
 * @param {boolean} regression
 */
export function unpackPoints(packed, regression) {
  return parseCsv(packed.replaceAll(";", "\n"), { regression });
}
