// A graph of functions over an interval, with a point that can be moved along them.

import { h, svg, fill } from "./dom.js";

const WIDTH = 460;
const HEIGHT = 260;
const EDGE = 30;

/**
 * @typedef {object} Graph
 * @property {(x: number) => number} f
 * @property {string} colour
 * @property {string} name
 * @property {string} [dash]
 */

/**
 * @param {{label: string, x: [number, number], y: [number, number], test?: string, move: (x: number) => void}} options
 */
export function plot({ label, x: [lowX, highX], y, test, move }) {
  const picture = svg("svg", {
    class: "plot",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "slider",
    tabindex: 0,
    "aria-label": label,
    "aria-valuemin": lowX,
    "aria-valuemax": highX,
    "data-testid": test,
  });
  const legend = h("div", { class: "legend" });
  let now = 0;
  const set = (/** @type {number} */ value) => move(Number(Math.max(lowX, Math.min(highX, value)).toFixed(2)));
  const drag = (/** @type {PointerEvent} */ event) => {
    const box = picture.getBoundingClientRect();
    set(lowX + (((event.clientX - box.left) / box.width) * WIDTH - EDGE) / (WIDTH - 2 * EDGE) * (highX - lowX));
  };
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    drag(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (event.buttons) drag(event);
  });
  picture.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(now + by);
  });

  /** @param {Graph[]} graphs @param {number} at @param {number} [slope] of a tangent at the first */
  function show(graphs, at, slope) {
    now = at;
    const [lowY, highY] = y;
    const xOf = (/** @type {number} */ v) => EDGE + ((v - lowX) / (highX - lowX)) * (WIDTH - 2 * EDGE);
    const yOf = (/** @type {number} */ v) => HEIGHT - EDGE - ((v - lowY) / (highY - lowY)) * (HEIGHT - 2 * EDGE);
    const clip = (/** @type {number} */ v) => Math.max(lowY - 0.2 * (highY - lowY), Math.min(highY + 0.2 * (highY - lowY), v));
    /** @type {SVGElement[]} */
    const parts = [...frame(xOf, yOf, lowX, highX, lowY, highY)];
    for (const { f, colour, dash } of graphs) {
      const points = Array.from({ length: 161 }, (_, k) => {
        const v = lowX + ((highX - lowX) * k) / 160;
        return `${xOf(v).toFixed(1)},${yOf(clip(f(v))).toFixed(1)}`;
      });
      parts.push(svg("polyline", { points: points.join(" "), fill: "none", stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash ?? "" }));
    }
    if (slope !== undefined) {
      const [x1, x2] = [at - 1.2, at + 1.2];
      const height = graphs[0].f(at);
      parts.push(svg("line", { x1: xOf(x1), x2: xOf(x2), y1: yOf(height - 1.2 * slope), y2: yOf(height + 1.2 * slope), class: "tangent" }));
    }
    for (const { f, colour } of graphs) parts.push(svg("circle", { cx: xOf(at), cy: yOf(clip(f(at))), r: 5, fill: colour, class: "handle" }));
    fill(picture, ...parts);
    picture.setAttribute("aria-valuenow", String(at));
    fill(legend, ...graphs.map(({ name, colour, f }) => {
      const dot = h("span", { class: "dot" });
      dot.style.background = colour;
      return h("span", {}, dot, `${name} ${f(at).toFixed(4)}`);
    }));
  }
  return { element: h("figure", {}, picture, legend), show };
}

/**
 * @param {(x: number) => number} xOf @param {(y: number) => number} yOf
 * @param {number} lowX @param {number} highX @param {number} lowY @param {number} highY
 */
function frame(xOf, yOf, lowX, highX, lowY, highY) {
  const parts = [];
  const zeroX = Math.max(lowX, Math.min(highX, 0));
  const zeroY = Math.max(lowY, Math.min(highY, 0));
  parts.push(svg("line", { x1: xOf(lowX), x2: xOf(highX), y1: yOf(zeroY), y2: yOf(zeroY), class: "axis" }));
  parts.push(svg("line", { x1: xOf(zeroX), x2: xOf(zeroX), y1: yOf(lowY), y2: yOf(highY), class: "axis" }));
  for (const v of [lowX, highX]) parts.push(svg("text", { x: xOf(v), y: yOf(zeroY) + 16, class: "tick" }, String(v).replace("-", "−")));
  for (const v of [lowY, highY]) {
    if (v !== zeroY) parts.push(svg("text", { x: xOf(zeroX) - 6, y: yOf(v) + 4, class: "tick end" }, String(v).replace("-", "−")));
  }
  return parts;
}
