// Matrices as text: numbers between commas or spaces, rows between semicolons or lines,
// channels between bars.

/** @typedef {import("./convolution.js").Matrix} Matrix */
/** @typedef {import("./convolution.js").Channels} Channels */

/**
 * @param {string} text
 * @param {{most?: number, name?: string}} [options] `most` numbers along an axis
 * @returns {Channels}
 * @throws {Error} a sentence: which row, what it holds
 */
export function parseChannels(text, { most = 24, name = "input" } = {}) {
  const channels = text.split("|").map((part, index, parts) => {
    const where = parts.length > 1 ? `${name}, channel ${index + 1}` : name;
    return parseMatrix(part, where, most);
  });
  const [first] = channels;
  channels.forEach((channel, index) => {
    if (channel.length !== first.length || channel[0].length !== first[0].length) {
      throw new Error(
        `The channels of the ${name} differ in size: channel 1 is ${first.length} × ` +
          `${first[0].length}, channel ${index + 1} is ${channel.length} × ${channel[0].length}.`,
      );
    }
  });
  return channels;
}

/** @param {string} text @param {string} where @param {number} most @returns {Matrix} */
function parseMatrix(text, where, most) {
  const lines = text.split(/[;\n]/).map((line) => line.trim()).filter(Boolean);
  if (!lines.length) throw new Error(`The ${where} is empty: write numbers, rows in lines.`);
  const rows = lines.map((line, index) =>
    line.split(/[\s,]+/).filter(Boolean).map((word) => {
      const value = Number(word);
      if (!Number.isFinite(value)) {
        throw new Error(`The ${where}, row ${index + 1}: "${word}" is not a number.`);
      }
      return value;
    }),
  );
  rows.forEach((row, index) => {
    if (row.length !== rows[0].length) {
      throw new Error(
        `The ${where}: row 1 has ${rows[0].length} numbers, row ${index + 1} has ${row.length}.`,
      );
    }
  });
  if (rows.length > most || rows[0].length > most) {
    throw new Error(`The ${where} is ${rows.length} × ${rows[0].length}; at most ${most} × ${most} fit here.`);
  }
  return rows;
}

/** For an address. @param {Channels} channels */
export function packChannels(channels) {
  return channels.map((rows) => rows.map((row) => row.map(brief).join(",")).join(";")).join("|");
}

/** For a text field. @param {Channels} channels */
export function writeChannels(channels) {
  return channels.map((rows) => rows.map((row) => row.map(brief).join(" ")).join("\n")).join("\n|\n");
}

/** Four decimals at most. @param {number} value */
export function brief(value) {
  return String(Number(value.toFixed(4)) + 0);
}
