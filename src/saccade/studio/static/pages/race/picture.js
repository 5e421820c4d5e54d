// The surface as bands of height, and the paths over it.

import { CLASSES, context, mix, pixel } from "../../ui/palette.js";

/** @typedef {import("../../lib/race/surfaces.js").Surface} Surface */
/** @typedef {import("../../ui/palette.js").Colour} Colour */

const SIZE = 240;
const BANDS = 22;
const MOST_POINTS = 1200;
const LOW = /** @type {Colour} */ ([253, 246, 214]);
const MIDDLE = /** @type {Colour} */ ([127, 190, 180]);
const HIGH = /** @type {Colour} */ ([32, 74, 108]);

/**
 * @param {HTMLElement} map @param {Surface} surface @param {MouseEvent} event
 * @returns {[number, number]}
 */
export function placeAt(map, { box: [lowX, highX, lowY, highY] }, event) {
  const frame = map.getBoundingClientRect();
  const right = (event.clientX - frame.left) / frame.width;
  const down = (event.clientY - frame.top) / frame.height;
  return [lowX + right * (highX - lowX), highY - down * (highY - lowY)];
}

/**
 * @param {HTMLCanvasElement} canvas @param {Surface} surface
 * @param {{ends: Int8Array, size: number} | null} [basins] colours starts by where they end
 */
export function drawSurface(canvas, surface, basins) {
  canvas.width = canvas.height = SIZE;
  const pen = context(canvas);
  const picture = pen.createImageData(SIZE, SIZE);
  const words = new Uint32Array(picture.data.buffer);
  let heights = HEIGHTS.get(surface);
  if (!heights) HEIGHTS.set(surface, (heights = heightsOf(surface)));
  const shares = bandsOf(heights);
  for (let k = 0; k < heights.length; k++) {
    words[k] = pixel(basins ? basinColour(basins, k, shares[k]) : sequential(shares[k]));
  }
  pen.putImageData(picture, 0, 0);
}

/** @type {WeakMap<Surface, Float64Array>} */
const HEIGHTS = new WeakMap();

/** @param {Surface} surface */
function heightsOf({ box: [lowX, highX, lowY, highY], value }) {
  const heights = new Float64Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const x = lowX + ((highX - lowX) * column) / (SIZE - 1);
      heights[row * SIZE + column] = value(x, highY - ((highY - lowY) * row) / (SIZE - 1));
    }
  }
  return heights;
}

/** Height as a share of the range, in bands; a root spreads the low ones. @param {Float64Array} heights */
function bandsOf(heights) {
  const sorted = heights.slice().sort();
  const low = sorted[0];
  const high = sorted[Math.floor(sorted.length * 0.995)];
  const steep = (high - low) / Math.max(sorted[Math.floor(sorted.length / 2)] - low, 1e-12);
  const root = steep > 8 ? 0.3 : steep > 3 ? 0.6 : 1;
  return heights.map((height) => {
    const share = Math.min(1, (height - low) / (high - low)) ** root;
    return Math.floor(share * BANDS) / BANDS;
  });
}

/** @param {number} share @returns {Colour} */
function sequential(share) {
  return share < 0.5 ? mix(LOW, MIDDLE, share * 2) : mix(MIDDLE, HIGH, share * 2 - 1);
}

/** @param {{ends: Int8Array, size: number}} basins @param {number} k @param {number} share */
function basinColour({ ends, size }, k, share) {
  const column = Math.round(((k % SIZE) / (SIZE - 1)) * (size - 1));
  const row = size - 1 - Math.round((Math.floor(k / SIZE) / (SIZE - 1)) * (size - 1));
  const end = ends[row * size + column];
  const colour = /** @type {Colour} */ (end < 0 ? [200, 200, 200] : CLASSES[end]);
  return mix(mix(colour, [255, 255, 255], 0.45), [0, 0, 0], share * 0.45);
}

/**
 * @param {HTMLCanvasElement} canvas @param {Surface} surface
 * @param {import("../../lib/race/race.js").Path[]} paths
 * @param {number} step
 * @param {(name: string) => string} colourOf
 */
export function drawPaths(canvas, surface, paths, step, colourOf) {
  const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || SIZE;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const pen = context(canvas);
  const [lowX, highX, lowY, highY] = surface.box;
  const xOf = (/** @type {number} */ x) => ((x - lowX) / (highX - lowX)) * size;
  const yOf = (/** @type {number} */ y) => ((highY - y) / (highY - lowY)) * size;
  pen.clearRect(0, 0, size, size);
  ticks(pen, surface, size);
  for (const [x, y] of surface.minima) cross(pen, xOf(x), yOf(y), size);
  // Of a long race not every step can be seen; from frame to frame it is the same ones.
  const every = 2 ** Math.max(0, Math.ceil(Math.log2((step + 1) / MOST_POINTS)));
  for (const path of paths) {
    pen.lineJoin = "round";
    for (const [colour, width] of /** @type {[string, number][]} */ ([["rgb(255 255 255 / 0.75)", size / 110], [colourOf(path.name), size / 190]])) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (let k = 0; k < step && !Number.isNaN(path.xs[k]); k += every) pen.lineTo(xOf(path.xs[k]), yOf(path.ys[k]));
      if (!Number.isNaN(path.xs[step])) pen.lineTo(xOf(path.xs[step]), yOf(path.ys[step]));
      pen.stroke();
    }
  }
  for (const path of paths) dot(pen, xOf(path.xs[step]), yOf(path.ys[step]), size, colourOf(path.name));
}

/** @param {CanvasRenderingContext2D} pen @param {Surface} surface @param {number} size */
function ticks(pen, { box: [lowX, highX, lowY, highY] }, size) {
  // Corners are pale on one surface and dark on the next: dark letters with a pale rim.
  const letters = Math.max(size / 38, 11 * (window.devicePixelRatio || 1));
  pen.font = `${letters}px system-ui, sans-serif`;
  pen.lineJoin = "round";
  const write = (/** @type {string} */ words, /** @type {number} */ x, /** @type {number} */ y) => {
    pen.strokeStyle = "rgb(255 255 255 / 0.85)";
    pen.lineWidth = letters / 4;
    pen.strokeText(words.replace("-", "−"), x, y);
    pen.fillStyle = "rgb(0 0 0 / 0.85)";
    pen.fillText(words.replace("-", "−"), x, y);
  };
  const edge = size / 80;
  pen.textBaseline = "bottom";
  pen.textAlign = "left";
  write(`x ${lowX}`, edge, size - edge);
  pen.textAlign = "right";
  write(String(highX), size - edge, size - edge);
  pen.textBaseline = "top";
  pen.textAlign = "left";
  write(`y ${highY}`, edge, edge);
  pen.textBaseline = "bottom";
  write(`y ${lowY}`, edge, size - edge - letters * 1.25);
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} size */
function cross(pen, x, y, size) {
  const arm = size / 60;
  pen.strokeStyle = "rgb(0 0 0 / 0.8)";
  pen.lineWidth = size / 260;
  pen.beginPath();
  pen.moveTo(x - arm, y - arm);
  pen.lineTo(x + arm, y + arm);
  pen.moveTo(x - arm, y + arm);
  pen.lineTo(x + arm, y - arm);
  pen.stroke();
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} size @param {string} colour */
function dot(pen, x, y, size, colour) {
  if (Number.isNaN(x)) return;
  pen.fillStyle = colour;
  pen.strokeStyle = "white";
  pen.lineWidth = size / 250;
  pen.beginPath();
  pen.arc(x, y, size / 70, 0, 7);
  pen.fill();
  pen.stroke();
}
