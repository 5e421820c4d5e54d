// The points over the large picture, and the thumbnails of the data sets.

import { CLASSES, context, css, diverging } from "../../ui/palette.js";
import { CLASSIFICATION, REGRESSION } from "../../lib/playground/datasets.js";
import { seeded } from "../../lib/rng.js";
import { h } from "../../ui/dom.js";

/** @typedef {import("../../lib/playground/datasets.js").Point} Point */

const DOMAIN = 6;

/** @param {number} label @param {number} classes */
export function colourOf(label, classes) {
  return classes > 2 ? css(CLASSES[label % CLASSES.length]) : css(diverging(label));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{train: Point[], test: Point[], classes: number}} data
 * @param {boolean} withTest
 */
export function drawPoints(canvas, { train, test, classes }, withTest) {
  const size = canvas.clientWidth * (window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(size)) canvas.width = canvas.height = Math.round(size);
  const pen = context(canvas);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  axes(pen, canvas.width);
  scatter(pen, train, classes, canvas.width, "white");
  if (withTest) scatter(pen, test, classes, canvas.width, "black");
}

/** @param {CanvasRenderingContext2D} pen @param {number} size */
function axes(pen, size) {
  const unit = size / (2 * DOMAIN);
  pen.strokeStyle = "rgb(0 0 0 / 0.25)";
  pen.fillStyle = "rgb(0 0 0 / 0.6)";
  pen.lineWidth = size / 400;
  pen.font = `${size / 30}px system-ui, sans-serif`;
  pen.beginPath();
  pen.moveTo(size / 2, 0);
  pen.lineTo(size / 2, size);
  pen.moveTo(0, size / 2);
  pen.lineTo(size, size / 2);
  pen.stroke();
  for (const tick of [-4, -2, 2, 4]) {
    const name = String(tick).replace("-", "−");
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.fillText(name, size / 2 + tick * unit, size / 2 + 3);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.fillText(name, size / 2 - 4, size / 2 - tick * unit);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen @param {Point[]} points @param {number} classes
 * @param {number} size @param {string} rim
 */
function scatter(pen, points, classes, size, rim) {
  const radius = size / 95;
  pen.lineWidth = radius / 3;
  pen.strokeStyle = rim;
  for (const { x, y, label } of points) {
    if (Math.abs(x) > DOMAIN || Math.abs(y) > DOMAIN) continue;
    pen.fillStyle = colourOf(label, classes);
    pen.beginPath();
    pen.arc(((x + DOMAIN) / (2 * DOMAIN)) * size, ((DOMAIN - y) / (2 * DOMAIN)) * size, radius, 0, 7);
    pen.fill();
    pen.stroke();
  }
}

/**
 * Buttons with pictures of the data sets of a problem.
 * @param {"classification" | "regression"} problem
 * @param {string} current
 * @param {(name: string) => void} choose
 */
export function thumbnails(problem, current, choose) {
  const sets = problem === "regression" ? REGRESSION : CLASSIFICATION;
  return Object.entries(sets).map(([name, dataset]) => {
    const canvas = h("canvas", { width: 54, height: 54 });
    const pen = context(canvas);
    const points = dataset.generate(seeded("thumbnail"), dataset.classes ? 180 : 400, 0);
    for (const { x, y, label } of points) {
      pen.fillStyle = colourOf(label, dataset.classes);
      pen.fillRect(((x + DOMAIN) / 12) * 54 - 1, ((DOMAIN - y) / 12) * 54 - 1, 2.5, 2.5);
    }
    return h(
      "button",
      {
        type: "button",
        title: dataset.title,
        "aria-label": dataset.title,
        "aria-pressed": String(name === current),
        "data-testid": `set-${name}`,
        onclick: () => choose(name),
      },
      canvas,
    );
  });
}
