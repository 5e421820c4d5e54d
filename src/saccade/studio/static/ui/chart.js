// Curves on a canvas, with axes, a legend and the values under the cursor.

import { context } from "./palette.js";
import { h } from "./dom.js";

/** @typedef {{name: string, colour: string, dash?: number[], values: ArrayLike<number>}} Curve */

const MOST_POINTS = 1000;
const MARGIN = { left: 54, right: 8, top: 8, bottom: 20 };

/**
 * @param {{label: string, height?: number, logarithmic?: boolean, xName?: string, test?: string}} options
 */
export function chart({ label, height = 140, logarithmic = false, xName = "epoch", test }) {
  const canvas = h("canvas", { role: "img", "aria-label": label, "data-testid": test });
  const legend = h("div", { class: "legend" });
  const element = h("figure", { class: "chart" }, canvas, legend);
  canvas.style.height = `${height}px`;
  /** @type {ArrayLike<number>} */
  let xs = [];
  /** @type {Curve[]} */
  let curves = [];
  /** @type {number | null} */
  let under = null;
  // Asking for a width makes the browser lay the page out: it tells us when it changes.
  let width = 0;
  const redraw = () => {
    width ||= canvas.clientWidth;
    draw(canvas, xs, curves, { width, height, logarithmic, under });
    describe(legend, xs, curves, xName, under);
  };
  new ResizeObserver(() => {
    if (canvas.clientWidth === width) return;
    width = canvas.clientWidth;
    redraw();
  }).observe(canvas);
  canvas.addEventListener("pointermove", (event) => {
    under = nearest(canvas, xs, event.offsetX);
    redraw();
  });
  canvas.addEventListener("pointerleave", () => {
    under = null;
    redraw();
  });
  return {
    element,
    /** @param {ArrayLike<number>} nextXs @param {Curve[]} nextCurves */
    show(nextXs, nextCurves) {
      xs = nextXs;
      curves = nextCurves;
      redraw();
    },
    /** @param {boolean} next */
    setLogarithmic(next) {
      logarithmic = next;
      redraw();
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} xs @param {number} offset */
function nearest(canvas, xs, offset) {
  if (!xs.length) return null;
  const span = xs[xs.length - 1] - xs[0] || 1;
  const share = (offset - MARGIN.left) / (canvas.clientWidth - MARGIN.left - MARGIN.right);
  const wanted = xs[0] + share * span;
  let best = 0;
  for (let k = 1; k < xs.length; k++) {
    if (Math.abs(xs[k] - wanted) < Math.abs(xs[best] - wanted)) best = k;
  }
  return best;
}

/** Short and exact enough to compare. @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞").replace("-", "−");
  const size = Math.abs(value);
  const large = size !== 0 && (size < 0.001 || size >= 100000);
  const text = large ? value.toExponential(1).replace("e+", "e") : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "−");
}

/**
 * A curve that ended before has its last value, one that has none here a dash.
 * @param {ArrayLike<number>} values @param {number} at @param {boolean} latest
 */
function wordOf(values, at, latest) {
  if (latest) while (at > 0 && Number.isNaN(values[at])) at--;
  return Number.isNaN(values[at]) ? "–" : short(values[at]);
}

/**
 * @param {HTMLElement} legend @param {ArrayLike<number>} xs @param {Curve[]} curves
 * @param {string} xName @param {number | null} under
 */
function describe(legend, xs, curves, xName, under) {
  const at = under ?? xs.length - 1;
  const words = curves.map(({ name, values }) => `${name} ${at >= 0 ? wordOf(values, at, under === null) : ""}`);
  words.push(at >= 0 ? `${xName} ${xs[at]}` : "");
  const look = curves.map(({ colour, dash }) => `${colour}${dash?.length ? " dashed" : ""}`).join();
  if (legend.dataset.look !== look) {
    legend.dataset.look = look;
    const parts = curves.map(({ colour, dash }) => {
      const sign = h("span", { class: dash?.length ? "dash" : "dot" });
      if (dash?.length) sign.style.borderColor = colour;
      else sign.style.background = colour;
      return h("span", {}, sign, h("span", {}));
    });
    legend.replaceChildren(...parts, h("span", { class: "faint" }, h("span", {})));
  }
  Array.from(legend.children).forEach((part, k) => {
    const text = /** @type {HTMLElement} */ (part.lastElementChild);
    if (text.textContent !== words[k]) text.textContent = words[k];
  });
}

/**
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} xs @param {Curve[]} curves
 * @param {{width: number, height: number, logarithmic: boolean, under: number | null}} options
 */
function draw(canvas, xs, curves, { width, height, logarithmic, under }) {
  const ratio = window.devicePixelRatio || 1;
  if (!width) return;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = context(canvas);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const [low, high] = limits(curves, logarithmic);
  const scale = (/** @type {number} */ value) => (logarithmic ? Math.log10(value) : value);
  const top = MARGIN.top;
  const bottom = height - MARGIN.bottom;
  const yOf = (/** @type {number} */ value) =>
    bottom - ((scale(value) - scale(low)) / (scale(high) - scale(low) || 1)) * (bottom - top);
  const first = xs[0] ?? 0;
  const span = (xs[xs.length - 1] ?? 1) - first || 1;
  const xOf = (/** @type {number} */ x) =>
    MARGIN.left + ((x - first) / span) * (width - MARGIN.left - MARGIN.right);
  axes(pen, { low, high, width, yOf, first, lastX: first + span, bottom, colour: style.color });
  for (const curve of curves) line(pen, xs, curve, xOf, yOf, logarithmic);
  if (under !== null && xs.length) {
    pen.strokeStyle = style.color;
    pen.globalAlpha = 0.4;
    pen.beginPath();
    pen.moveTo(xOf(xs[under]), top);
    pen.lineTo(xOf(xs[under]), bottom);
    pen.stroke();
    pen.globalAlpha = 1;
  }
}

/** @param {Curve[]} curves @param {boolean} logarithmic @returns {[number, number]} */
function limits(curves, logarithmic) {
  let low = Infinity;
  let high = -Infinity;
  for (const { values } of curves) {
    for (let k = 0; k < values.length; k++) {
      const value = values[k];
      if (!Number.isFinite(value) || (logarithmic && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return logarithmic ? [0.1, 1] : [0, 1];
  if (logarithmic) return [low / 1.1, high * 1.1];
  return low >= 0 ? [0, high || 1] : [low, high];
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {{low: number, high: number, width: number, yOf: (value: number) => number, first: number, lastX: number, bottom: number, colour: string}} options
 */
function axes(pen, { low, high, width, yOf, first, lastX, bottom, colour }) {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.font = "11px system-ui, sans-serif";
  for (const value of [low, high]) {
    pen.globalAlpha = 0.2;
    pen.beginPath();
    pen.moveTo(MARGIN.left, yOf(value));
    pen.lineTo(width - MARGIN.right, yOf(value));
    pen.stroke();
    pen.globalAlpha = 0.75;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.fillText(short(value), MARGIN.left - 6, yOf(value));
  }
  pen.textBaseline = "top";
  pen.textAlign = "left";
  pen.fillText(String(first), MARGIN.left, bottom + 5);
  pen.textAlign = "right";
  pen.fillText(String(lastX), width - MARGIN.right, bottom + 5);
  pen.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} pen @param {ArrayLike<number>} xs @param {Curve} curve
 * @param {(x: number) => number} xOf @param {(y: number) => number} yOf
 * @param {boolean} logarithmic
 */
function line(pen, xs, { values, colour, dash = [] }, xOf, yOf, logarithmic) {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  pen.setLineDash(dash);
  pen.beginPath();
  let drawing = false;
  // More points than pixels cost time and cannot be seen; the last one always is.
  const every = Math.ceil(values.length / MOST_POINTS);
  for (let k = (values.length - 1) % every; k < values.length; k += every) {
    if (!Number.isFinite(values[k]) || (logarithmic && values[k] <= 0)) {
      drawing = false;
      continue;
    }
    if (drawing) pen.lineTo(xOf(xs[k]), yOf(values[k]));
    else pen.moveTo(xOf(xs[k]), yOf(values[k]));
    drawing = true;
  }
  pen.stroke();
  pen.setLineDash([]);
}
