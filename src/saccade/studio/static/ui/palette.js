// The colours of numbers: one diverging scale, orange below zero, blue above, that people
// who see colours differently can read, and one set of colours for classes.

/** @typedef {[number, number, number]} Colour */

export const NEGATIVE = /** @type {Colour} */ ([245, 147, 34]);
export const ZERO = /** @type {Colour} */ ([232, 234, 235]);
export const POSITIVE = /** @type {Colour} */ ([8, 119, 189]);

/** Okabe and Ito's colours, in an order that keeps neighbours apart; brown for their yellow,
 * which is too pale on paper. */
export const CLASSES = /** @type {Colour[]} */ ([
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [86, 180, 233],
  [213, 94, 0],
  [128, 90, 60],
  [100, 100, 100],
]);

/** Sees whether the page is dark, by its own switch or the system's. */
const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "")) === "dark";

/** The colour of a class as a line on a card: the dark ones are paler where the card is dark.
 * @param {number} k */
export function lineColour(k) {
  const colour = CLASSES[k % CLASSES.length];
  const [red, green, blue] = colour;
  const isDim = 0.3 * red + 0.6 * green + 0.1 * blue < 105;
  return css(isDim && isDark() ? mix(colour, [255, 255, 255], 0.2) : colour);
}

/** @param {Colour} from @param {Colour} to @param {number} share @returns {Colour} */
export function mix(from, to, share) {
  return /** @type {Colour} */ (from.map((part, k) => Math.round(part + (to[k] - part) * share)));
}

/** @param {Colour} colour @param {number} [alpha] */
export const css = ([red, green, blue], alpha = 1) => `rgb(${red} ${green} ${blue} / ${alpha})`;

/**
 * The colour of a number between -1 and 1; numbers beyond are clamped, NaN is the middle.
 * @param {number} value @returns {Colour}
 */
export function diverging(value) {
  if (Number.isNaN(value)) return ZERO;
  const clamped = Math.max(-1, Math.min(1, value));
  return clamped < 0 ? mix(ZERO, NEGATIVE, -clamped) : mix(ZERO, POSITIVE, clamped);
}

const STEPS = 256;
/** The diverging scale as words of pixels, for pictures of many cells. */
const TABLE = Uint32Array.from({ length: STEPS + 1 }, (_, k) => pixel(diverging((2 * k) / STEPS - 1)));

/** Little-endian RGBA, as canvases hold it. @param {Colour} colour */
export function pixel([red, green, blue]) {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Paints numbers of [-1, 1] on a canvas of as many pixels as there are numbers.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values row by row
 * @param {{columns: number, scale?: number, discrete?: boolean, every?: number}} options
 *   `scale` maps to 1; `every` takes only every so many-th row and column
 */
export function paint(canvas, values, { columns, scale = 1, discrete = false, every = 1 }) {
  const width = Math.ceil(columns / every);
  const height = Math.ceil(values.length / columns / every);
  const picture = pictureOf(canvas, width, height);
  const words = new Uint32Array(picture.data.buffer);
  for (let k = 0; k < words.length; k++) {
    let value = values[every * (Math.floor(k / width) * columns + (k % width))] / scale;
    if (discrete) value = value >= 0 ? 1 : -1;
    const at = ((Math.max(-1, Math.min(1, value)) + 1) / 2) * STEPS;
    words[k] = TABLE[at >= 0 ? Math.round(at) : STEPS / 2];
  }
  context(canvas).putImageData(picture, 0, 0);
}

/**
 * Paints the likeliest class of every cell, the paler the less sure.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array[]} shares one array a class
 * @param {{columns: number, discrete?: boolean}} options
 */
export function paintClasses(canvas, shares, { columns, discrete = false }) {
  const picture = pictureOf(canvas, columns, shares[0].length / columns);
  const words = new Uint32Array(picture.data.buffer);
  for (let cell = 0; cell < shares[0].length; cell++) {
    let best = 0;
    for (let k = 1; k < shares.length; k++) if (shares[k][cell] > shares[best][cell]) best = k;
    const floor = 1 / shares.length;
    const sure = discrete ? 1 : (shares[best][cell] - floor) / (1 - floor);
    words[cell] = pixel(mix(ZERO, CLASSES[best], sure));
  }
  context(canvas).putImageData(picture, 0, 0);
}

/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const PICTURES = new WeakMap();

/** The pixels to paint a canvas with, the same ones in each frame.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function pictureOf(canvas, width, height) {
  const known = PICTURES.get(canvas);
  if (known?.width === width && known.height === height) return known;
  canvas.width = width;
  canvas.height = height;
  const fresh = context(canvas).createImageData(width, height);
  PICTURES.set(canvas, fresh);
  return fresh;
}

/** @param {HTMLCanvasElement} canvas @returns {CanvasRenderingContext2D} */
export function context(canvas) {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser draws no canvas.");
  return found;
}
