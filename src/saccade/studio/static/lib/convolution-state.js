// The settings of the convolution explorer, and its presets: each is a link.

import { choice, flag, number, read as readAddress, text } from "./address.js";
import { parseChannels } from "./matrices.js";

/** @typedef {import("./convolution.js").Channels} Channels */

/**
 * @typedef {object} Settings
 * @property {"convolution" | "max" | "average"} mode
 * @property {string} input
 * @property {string} kernel channels between |, filters between /
 * @property {string} bias
 * @property {string} padding
 * @property {number} stride
 * @property {number} dilation
 * @property {number} pool
 * @property {boolean} relu
 * @property {number} row
 * @property {number} column
 * @property {number} filter
 */

/** @type {import("./address.js").Field<string>} */
const PADDING = {
  initial: "valid",
  read: (value) => {
    if (["valid", "same", "full"].includes(value)) return value;
    if (/^\d+$/.test(value) && Number(value) <= 20) return value;
    throw new Error("is none of valid, same, full, nor a number up to 20");
  },
  write: (value) => value,
};

/** @type {import("./address.js").Schema} */
export const SCHEMA = {
  mode: choice("convolution", ["convolution", "max", "average"]),
  input: text("2,1,3;4,0,2;1,5,6", 12000),
  kernel: text("-1,-2;1,2", 2000),
  bias: text("0", 200),
  padding: PADDING,
  stride: number(1, { low: 1, high: 8, whole: true }),
  dilation: number(1, { low: 1, high: 8, whole: true }),
  pool: number(2, { low: 1, high: 8, whole: true }),
  relu: flag(false),
  row: number(0, { low: 0, high: 99, whole: true }),
  column: number(0, { low: 0, high: 99, whole: true }),
  filter: number(0, { low: 0, high: 15, whole: true }),
};

/** @param {string} address */
export function readSettings(address) {
  const { state, problems } = readAddress(address, SCHEMA);
  return { settings: /** @type {Settings} */ (state), problems };
}

/**
 * Filters of a text: kernels between slashes, each with its channels.
 * @param {string} packed @param {number} channels of the input
 * @returns {Channels[]}
 * @throws {Error} a kernel has another number of channels than the input
 */
export function parseKernels(packed, channels) {
  const filters = packed.split("/").map((part) => parseChannels(part, { most: 11, name: "kernel" }));
  if (filters.length > 8) throw new Error(`${filters.length} filters; at most 8 fit here.`);
  const [[first]] = filters;
  return filters.map((filter, index) => {
    if (filter[0].length !== first.length || filter[0][0].length !== first[0].length) {
      throw new Error(`Filter ${index + 1} has another size than filter 1.`);
    }
    // One matrix serves all channels, as with a preset of a grey picture.
    if (filter.length === 1) return Array.from({ length: channels }, () => filter[0]);
    if (filter.length !== channels) {
      throw new Error(
        `Filter ${index + 1} has ${filter.length} channels, the input ${channels}: one matrix a channel.`,
      );
    }
    return filter;
  });
}

/** @param {string} packed @param {number} filters @returns {number[]} */
export function parseBiases(packed, filters) {
  const values = packed.split(/[\s,;]+/).filter(Boolean).map(Number);
  if (values.some((value) => !Number.isFinite(value))) throw new Error(`Bias: "${packed}" is not all numbers.`);
  return Array.from({ length: filters }, (_, k) => values[k] ?? values[0] ?? 0);
}

/**
 * @param {string} padding
 * @returns {import("./convolution.js").Padding}
 */
export function paddingOf(padding) {
  return padding === "valid" || padding === "same" || padding === "full" ? padding : Number(padding);
}

const EDGE = Array.from({ length: 8 }, () => "0,0,0,0,9,9,9,9").join(";");
const SMILE = [
  "0,0,9,9,9,9,0,0", "0,9,0,0,0,0,9,0", "9,0,9,0,0,9,0,9", "9,0,0,0,0,0,0,9",
  "9,0,9,0,0,9,0,9", "9,0,0,9,9,0,0,9", "0,9,0,0,0,0,9,0", "0,0,9,9,9,9,0,0",
].join(";");

/** @param {number} height @param {number} width @param {(row: number, column: number) => number} value */
const rows = (height, width, value) =>
  Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_unused, column) => value(row, column)).join(","),
  ).join(";");

/**
 * Exercises, with what comes out.
 * @type {{name: string, words: string, hash: string}[]}
 */
export const PRESETS = [
  {
    name: "A row of numbers",
    words: "Differences of neighbours: 2 3 5 7 11 becomes 1 2 2 4.",
    hash: "input=2,3,5,7,11&kernel=-1,1",
  },
  {
    name: "A small picture",
    words: "The kernel subtracts what is above from what is below: 0 −3 and 7 13.",
    hash: "input=2,1,3;4,0,2;1,5,6&kernel=-1,-2;1,2",
  },
  {
    name: "Two channels",
    words: "Each channel has its part of the kernel; the sums are added: 1 2 5.",
    hash: "input=1,3,1;3,1,5|2,2,3;3,2,1&kernel=0.5;0.5|1;-1",
  },
  {
    name: "Stride and padding",
    words: "11 numbers with 4 zeros at each end, a kernel of 3 every 2: 9 × 9.",
    hash: `input=${rows(11, 11, (r, c) => (r + c) % 5)}&kernel=0,1,0;1,1,1;0,1,0&padding=4&stride=2`,
  },
  {
    name: "An edge",
    words: "Only the border between dark and bright answers.",
    hash: `input=${EDGE}&kernel=1,0,-1;2,0,-2;1,0,-1`,
  },
  {
    name: "Outline of a face",
    words: "Where all numbers are equal the outline kernel gives 0.",
    hash: `input=${SMILE}&kernel=-1,-1,-1;-1,8,-1;-1,-1,-1&padding=same`,
  },
  {
    name: "Max pooling",
    words: "The largest of each 2 × 2 block stays; there are no weights.",
    hash: `mode=max&input=${SMILE}&stride=2`,
  },
];
