// Random numbers that a link can repeat: seedrandom's ARC4 generator (version 2.4.4),
// which the TensorFlow Playground puts in the place of Math.random.
// Facts: RC4 with 256 dropped bytes; a text is mixed into the key with factor 19;
// doubles of 52 random bits, six bytes first.

const WIDTH = 256;
const FIRST_BYTES = 6;
const SIGNIFICANCE = 2 ** 52;
const OVERFLOW = 2 ** 53;

/** @typedef {() => number} Random A number of [0, 1), another one at each call. */

/**
 * @param {string} text
 * @returns {number[]} the key of the cipher, at most 256 bytes
 */
function keyOf(text) {
  /** @type {number[]} */
  const key = [];
  let smear = 0;
  for (let i = 0; i < text.length; i++) {
    const at = i % WIDTH;
    smear ^= (key[at] ?? 0) * 19;
    key[at] = (smear + text.charCodeAt(i)) % WIDTH;
    if (key[at] < 0) key[at] += WIDTH;
  }
  return key.length ? key : [0];
}

/** The stream of bytes of RC4 for a key. */
class Arc4 {
  /** @param {number[]} key */
  constructor(key) {
    this.box = Uint8Array.from({ length: WIDTH }, (_, i) => i);
    this.i = 0;
    this.j = 0;
    let j = 0;
    for (let i = 0; i < WIDTH; i++) {
      j = (j + key[i % key.length] + this.box[i]) % WIDTH;
      this.swap(i, j);
    }
    for (let i = 0; i < WIDTH; i++) this.byte();
  }

  /** @param {number} a @param {number} b */
  swap(a, b) {
    const kept = this.box[a];
    this.box[a] = this.box[b];
    this.box[b] = kept;
  }

  byte() {
    this.i = (this.i + 1) % WIDTH;
    this.j = (this.j + this.box[this.i]) % WIDTH;
    this.swap(this.i, this.j);
    return this.box[(this.box[this.i] + this.box[this.j]) % WIDTH];
  }
}

/**
 * The generator of a seed; the same seed gives the same numbers everywhere.
 * @param {string} seed
 * @returns {Random}
 */
export function seeded(seed) {
  const cipher = new Arc4(keyOf(seed));
  return () => {
    let above = 0;
    for (let k = 0; k < FIRST_BYTES; k++) above = above * WIDTH + cipher.byte();
    let below = WIDTH ** FIRST_BYTES;
    let last = 0;
    while (above < SIGNIFICANCE) {
      above = (above + last) * WIDTH;
      below *= WIDTH;
      last = cipher.byte();
    }
    while (above >= OVERFLOW) {
      above /= 2;
      below /= 2;
      last >>>= 1;
    }
    return (above + last) / below;
  };
}

/**
 * A number of [low, high).
 * @param {Random} random @param {number} low @param {number} high
 */
export function uniform(random, low, high) {
  return random() * (high - low) + low;
}

/**
 * A normal number, by Marsaglia's polar method; only the first of each pair is used.
 * @param {Random} random @param {number} mean @param {number} variance
 */
export function normal(random, mean, variance) {
  let first, square;
  do {
    first = 2 * random() - 1;
    const second = 2 * random() - 1;
    square = first * first + second * second;
  } while (square > 1);
  return mean + Math.sqrt(variance) * (Math.sqrt((-2 * Math.log(square)) / square) * first);
}

/**
 * Fisher-Yates from the end, in place; one draw for each element.
 * @template T
 * @param {Random} random @param {T[]} list
 */
export function shuffle(random, list) {
  for (let counter = list.length; counter > 0; counter--) {
    const index = Math.floor(random() * counter);
    const kept = list[counter - 1];
    list[counter - 1] = list[index];
    list[index] = kept;
  }
}
