// A race in one dimension: the height over x, and a ball for each optimizer on it.

import { context } from "../../ui/palette.js";
import { short } from "../../ui/chart.js";

/** @typedef {import("../../lib/race/surfaces.js").Surface} Surface */

const PLACES = 600;
/** The share of the picture's height that is left free above and below. */
const FREE = 0.1;

/** @param {Surface} surface */
function rangeOf({ box: [lowX, highX, lowY], value }) {
  let low = Infinity;
  let high = -Infinity;
  for (let k = 0; k <= PLACES; k++) {
    const height = value(lowX + ((highX - lowX) * k) / PLACES, lowY);
    low = Math.min(low, height);
    high = Math.max(high, height);
  }
  return { low, high };
}

/**
 * @param {HTMLCanvasElement} canvas @param {Surface} surface
 * @param {import("../../lib/race/race.js").Path[]} paths
 * @param {number} step
 * @param {(name: string) => string} colourOf
 */
export function drawLine(canvas, surface, paths, step, colourOf) {
  const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 300;
  if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
  const pen = context(canvas);
  const [lowX, highX, lowY] = surface.box;
  const { low, high } = rangeOf(surface);
  const ink = getComputedStyle(canvas).color;
  const xOf = (/** @type {number} */ x) => ((x - lowX) / (highX - lowX)) * size;
  const yOf = (/** @type {number} */ height) => size * (1 - FREE - ((height - low) / (high - low || 1)) * (1 - 2 * FREE));
  pen.clearRect(0, 0, size, size);
  pen.strokeStyle = ink;
  pen.lineWidth = size / 200;
  pen.beginPath();
  for (let k = 0; k <= PLACES; k++) {
    const x = lowX + ((highX - lowX) * k) / PLACES;
    pen.lineTo(xOf(x), yOf(surface.value(x, lowY)));
  }
  pen.stroke();
  names(pen, { size, ink, lowX, highX, low, high, yOf });
  // Side by side where they meet: each a little higher than the one before.
  paths.forEach(({ name, xs, losses }, k) => {
    const lift = ((paths.length - k) * size) / 60;
    pen.fillStyle = colourOf(name);
    pen.globalAlpha = 0.35;
    const every = Math.max(1, Math.floor(step / 60));
    for (let at = 0; at < step; at += every) ball(pen, xOf(xs[at]), yOf(losses[at]), size / 180);
    pen.globalAlpha = 1;
    ball(pen, xOf(xs[step]), yOf(losses[step]) - lift, size / 75);
  });
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} radius */
function ball(pen, x, y, radius) {
  if (Number.isNaN(x) || Number.isNaN(y)) return;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {{size: number, ink: string, lowX: number, highX: number, low: number, high: number, yOf: (height: number) => number}} options
 */
function names(pen, { size, ink, lowX, highX, low, high, yOf }) {
  pen.fillStyle = ink;
  pen.font = `${size / 34}px system-ui, sans-serif`;
  pen.textBaseline = "bottom";
  pen.textAlign = "left";
  pen.fillText(`x ${lowX}`.replace("-", "−"), size / 80, size - size / 80);
  for (const height of [low, high]) pen.fillText(`height ${short(height)}`.replace("-", "−"), size / 80, yOf(height) - size / 60);
  pen.textAlign = "right";
  pen.fillText(String(highX), size - size / 80, size - size / 80);
}
