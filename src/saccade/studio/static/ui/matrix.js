// A matrix as coloured cells with their numbers; padding is drawn as empty cells around it.

import { css, diverging } from "./palette.js";
import { fill, h, svg } from "./dom.js";
import { brief } from "../lib/matrices.js";

/** @typedef {{row: number, column: number}} Place */

/**
 * @typedef {object} Shown
 * @property {number[][]} values
 * @property {number} [scale] the number that has the full colour
 * @property {{top: number, bottom: number, left: number, right: number}} [margin] padding cells
 * @property {{rows: number, columns: number}} [dropped] last rows and columns that are not read
 * @property {Place[]} [window] cells inside the window, padding included
 * @property {Place | null} [mark] the one cell that is meant
 * @property {Place[]} [others] cells marked faintly
 */

/**
 * @param {{label: string, test?: string, cell?: number, hover?: (place: Place | null) => void, press?: (place: Place) => void}} options
 */
export function matrixView({ label, test, cell = 38, hover, press }) {
  const picture = svg("svg", { class: "matrix", role: "img", "aria-label": label, "data-testid": test });
  const element = h("figure", {}, h("figcaption", { class: "faint" }, label), picture);
  /** @type {{top: number, left: number, rows: number, columns: number, size: number}} */
  let shape = { top: 0, left: 0, rows: 0, columns: 0, size: cell };

  /** @param {PointerEvent | MouseEvent} event @returns {Place | null} */
  function placeOf(event) {
    const box = picture.getBoundingClientRect();
    const unit = box.width / shape.columns;
    const row = Math.floor((event.clientY - box.top) / unit) - shape.top;
    const column = Math.floor((event.clientX - box.left) / unit) - shape.left;
    return row + shape.top < 0 || row + shape.top >= shape.rows ? null : { row, column };
  }
  if (hover) {
    picture.addEventListener("pointermove", (event) => hover(placeOf(event)));
    picture.addEventListener("pointerleave", () => hover(null));
  }
  if (press) {
    picture.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (place) press(place);
    });
  }

  /** @param {Shown} shown */
  function show(shown) {
    const margin = shown.margin ?? { top: 0, bottom: 0, left: 0, right: 0 };
    const rows = shown.values.length + margin.top + margin.bottom;
    const columns = shown.values[0].length + margin.left + margin.right;
    const longest = Math.max(rows, columns);
    const size = longest > 12 ? Math.max(12, Math.floor((cell * 12) / longest)) : cell;
    shape = { top: margin.top, left: margin.left, rows, columns, size };
    picture.setAttribute("viewBox", `0 0 ${columns * size} ${rows * size}`);
    picture.setAttribute("width", String(columns * size));
    const inWindow = new Set((shown.window ?? []).map(keyOf));
    const others = new Set((shown.others ?? []).map(keyOf));
    const cells = [];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const place = { row: r - margin.top, column: c - margin.left };
        cells.push(...cellOf(shown, place, r, c, size, { inWindow, others, rows, columns }));
      }
    }
    fill(picture, ...cells);
  }
  return { element, show, caption: (/** @type {string} */ words) => (element.firstElementChild ?? element).replaceChildren(words) };
}

/** @param {Place} place */
const keyOf = (place) => `${place.row},${place.column}`;

/**
 * @param {Shown} shown @param {Place} place @param {number} r @param {number} c
 * @param {number} size
 * @param {{inWindow: Set<string>, others: Set<string>, rows: number, columns: number}} sets
 * @returns {SVGElement[]}
 */
function cellOf(shown, place, r, c, size, { inWindow, others, rows, columns }) {
  const value = shown.values[place.row]?.[place.column];
  const dropped = shown.dropped && (r >= rows - shown.dropped.rows || c >= columns - shown.dropped.columns);
  const key = keyOf(place);
  const marked = shown.mark && keyOf(shown.mark) === key;
  const classes = ["cell"];
  if (value === undefined) classes.push("ghost");
  if (dropped) classes.push("dropped");
  if (others.has(key)) classes.push("other");
  if (inWindow.has(key)) classes.push("in");
  if (marked) classes.push("mark");
  const box = svg("rect", { x: c * size + 1, y: r * size + 1, width: size - 2, height: size - 2, rx: 3, class: classes.join(" ") });
  if (value !== undefined) box.setAttribute("fill", css(diverging(value / (shown.scale || 1))));
  /** @type {SVGElement[]} */
  const parts = [box];
  if (size >= 24) {
    const words = value === undefined ? "0" : brief(Number(value.toPrecision(3))).replace("-", "−");
    const small = words.length > 4 ? size * 0.26 : size * 0.36;
    // Only the far blue is dark.
    const isDark = !dropped && (value ?? 0) / (shown.scale || 1) > 0.6;
    const kind = value === undefined ? "ghost" : isDark ? "value bright" : dropped ? "value over" : "value";
    parts.push(svg("text", { x: (c + 0.5) * size, y: (r + 0.5) * size, class: kind, "font-size": small }, words));
  }
  return parts;
}
