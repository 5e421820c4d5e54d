// A race in one dimension: only x moves, along a cut through the deepest hollow.

/** @typedef {import("./surfaces.js").Surface} Surface */

/** Places at which the cut is looked at for hollows. */
const PLACES = 2000;

/**
 * The surface cut at one height of y: its slope along y is 0, so that nothing leaves the cut.
 * @param {Surface} surface
 * @returns {Surface}
 */
export function cutOf(surface) {
  const y = surface.minima[0]?.[1] ?? 0;
  const value = (/** @type {number} */ x) => surface.value(x, y);
  return {
    ...surface,
    value,
    gradient: (x) => [surface.gradient(x, y)[0], 0],
    minima: hollowsOf(value, surface.box).map((x) => [x, y]),
    start: [surface.start[0], y],
  };
}

/**
 * Hollows of a function, the deepest first.
 * @param {(x: number) => number} value @param {number[]} box
 */
function hollowsOf(value, [low, high]) {
  const step = (high - low) / PLACES;
  const found = [];
  for (let k = 1; k < PLACES; k++) {
    const x = low + k * step;
    if (value(x) < value(x - step) && value(x) <= value(x + step)) found.push(narrow(value, x - step, x + step));
  }
  return found.sort((a, b) => value(a) - value(b));
}

/** @param {(x: number) => number} value @param {number} low @param {number} high */
function narrow(value, low, high) {
  while (high - low > 1e-9) {
    const third = (high - low) / 3;
    if (value(low + third) < value(high - third)) high -= third;
    else low += third;
  }
  return (low + high) / 2;
}
