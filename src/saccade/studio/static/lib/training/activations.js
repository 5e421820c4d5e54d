// What the layers of a network gave for one example, from the server's bytes.

/**
 * @typedef {object} LayerOutput
 * @property {string} name
 * @property {string} kind
 * @property {string[]} sources names of the layers or inputs that it sees
 * @property {number[]} shape without the batch: rows, columns, channels, or units
 * @property {Float32Array} values
 */

/**
 * Reads the length of the header (4 bytes, little-endian), the header, then the numbers.
 * @param {ArrayBuffer} buffer
 * @returns {{epoch: number, layers: LayerOutput[]}}
 */
export function unpack(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  let at = 4 + size;
  const layers = header.layers.map((/** @type {{name: string, kind: string, shape: number[], sources: string[]}} */ layer) => {
    const count = layer.shape.reduce((product, length) => product * length, 1);
    const values = new Float32Array(buffer, at, count);
    at += 4 * count;
    return { ...layer, values };
  });
  return { epoch: header.epoch, layers };
}

/**
 * One channel of a layer with rows and columns.
 * @param {LayerOutput} layer @param {number} channel
 */
export function channelOf({ shape: [rows, columns, channels], values }, channel) {
  const found = new Float32Array(rows * columns);
  for (let k = 0; k < found.length; k++) found[k] = values[k * channels + channel];
  return found;
}

/** The largest size of a number, for colours. @param {Float32Array} values */
export function scaleOf(values) {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest || 1;
}

/**
 * Which channels of a layer one number of the next is made from: all, or its own where
 * channels stay apart.
 * @param {LayerOutput} made @param {LayerOutput} source @param {number} filter
 * @returns {(channel: number) => boolean}
 */
export function channelsSeen({ kind, shape }, source, filter) {
  if (!/Pool|^Depthwise/.test(kind)) return () => true;
  const own = Math.floor((filter * source.shape[2]) / shape[shape.length - 1]);
  return (channel) => channel === own;
}
