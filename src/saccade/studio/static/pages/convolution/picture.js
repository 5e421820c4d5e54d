// A picture of one's own as an input: read in this browser, made small, grey or in colour.

import { select } from "../../ui/controls.js";
import { context } from "../../ui/palette.js";
import { h } from "../../ui/dom.js";

const LARGEST = 30 * 2 ** 20;
const MOST_PIXELS = 60e6;

/** @param {(channels: number[][][]) => void} take */
export function pictureChooser(take) {
  /** @type {ImageBitmap | null} */
  let picture = null;
  let side = 16;
  let colour = false;
  const word = h("p", { role: "alert", "data-testid": "picture-problem" });
  const show = () => {
    if (picture) take(channelsOf(picture, side, colour));
  };
  const file = h("input", { type: "file", accept: "image/*", "aria-label": "A picture as input", "data-testid": "picture" });
  file.addEventListener("change", async () => {
    word.textContent = "";
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    try {
      picture = await open(chosen);
      show();
    } catch (error) {
      word.textContent = /** @type {Error} */ (error).message;
    }
  });
  const sides = select("Made so many numbers wide", [["8", "8"], ["12", "12"], ["16", "16"], ["24", "24"]], "16", (value) => {
    side = Number(value);
    show();
  });
  const kind = select("Channels", [["grey", "one: grey"], ["colour", "three: red, green, blue"]], "grey", (value) => {
    colour = value === "colour";
    show();
  });
  return h("details", {}, h("summary", {}, "A picture of your own"), h("div", { class: "stack" }, file, sides.element, kind.element, word));
}

/** @param {File} file @returns {Promise<ImageBitmap>} */
async function open(file) {
  if (file.size > LARGEST) {
    throw new Error(`${file.name} has ${Math.round(file.size / 2 ** 20)} MiB; at most ${LARGEST >> 20} MiB are read.`);
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`${file.name} is no picture that this browser can read: it may be broken, or of another kind.`);
  }
  if (bitmap.width * bitmap.height > MOST_PIXELS) {
    throw new Error(`${file.name} is ${bitmap.width} × ${bitmap.height}: too large.`);
  }
  return bitmap;
}

/**
 * @param {ImageBitmap} picture @param {number} side @param {boolean} colour
 * @returns {number[][][]} 0 to 255
 */
function channelsOf(picture, side, colour) {
  const scale = side / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = h("canvas", { width, height });
  const pen = context(canvas);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height);
  const rows = (/** @type {(at: number) => number} */ value) =>
    Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_unused, column) => Math.round(value((row * width + column) * 4))));
  if (colour) return [0, 1, 2].map((part) => rows((at) => data[at + part]));
  // Luma of ITU-R BT.601, as Pillow's "L".
  return [rows((at) => 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2])];
}
