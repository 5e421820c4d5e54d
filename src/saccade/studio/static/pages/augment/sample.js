// A picture to begin with: drawn here, so that nothing has to be fetched.

import { context } from "../../ui/palette.js";
import { h } from "../../ui/dom.js";

/** @returns {Promise<File>} a house by a tree, which has a right way up */
export async function samplePicture() {
  const canvas = h("canvas", { width: 160, height: 160 });
  const pen = context(canvas);
  const fillRect = (/** @type {string} */ colour, /** @type {[number, number, number, number]} */ box) => {
    pen.fillStyle = colour;
    pen.fillRect(...box);
  };
  const shape = (/** @type {string} */ colour, /** @type {[number, number][]} */ points) => {
    pen.fillStyle = colour;
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    pen.fill();
  };
  const disc = (/** @type {string} */ colour, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ radius) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.fill();
  };
  fillRect("#a8d4ee", [0, 0, 160, 110]);
  fillRect("#7fae5a", [0, 110, 160, 50]);
  disc("#f7d154", 132, 26, 15);
  fillRect("#e8d3b0", [28, 66, 66, 58]);
  shape("#b5523b", [[18, 68], [61, 32], [104, 68]]);
  fillRect("#6b4a32", [54, 90, 17, 34]);
  fillRect("#5f8fb5", [36, 78, 13, 13]);
  fillRect("#5f8fb5", [76, 78, 13, 13]);
  fillRect("#7a5534", [124, 96, 8, 30]);
  disc("#4c8a45", 128, 84, 19);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return new File([/** @type {Blob} */ (blob)], "sample.png", { type: "image/png" });
}
