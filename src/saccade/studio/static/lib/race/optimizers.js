// The racers: each a rule that moves one number by its gradient. Formulas of Keras, with
// the settings of the race; "adam_uncorrected" is what some animations call Adam.

/** @typedef {Record<string, number>} Settings */
/** @typedef {{m: number, v: number}} Slot */

/**
 * @typedef {object} Racer
 * @property {string} title
 * @property {Settings} settings on the first surface
 * @property {boolean} scaled divides by the gradient's size: its rate is a length
 * @property {string} formula
 * @property {(w: number, g: number, slot: Slot, step: number, s: Settings) => number} move
 */

/** @param {number} g @param {Slot} slot @param {Settings} s */
function average(g, slot, s) {
  slot.m = s.beta_1 * slot.m + (1 - s.beta_1) * g;
  slot.v = s.beta_2 * slot.v + (1 - s.beta_2) * g * g;
}

/** @type {Racer["move"]} */
function adam(w, g, slot, step, s) {
  average(g, slot, s);
  const rate = (s.rate * Math.sqrt(1 - s.beta_2 ** step)) / (1 - s.beta_1 ** step);
  return w - (rate * slot.m) / (Math.sqrt(slot.v) + s.epsilon);
}

const ADAM = { rate: 0.01, beta_1: 0.7, beta_2: 0.999, epsilon: 1e-6 };

/** @type {Record<string, Racer>} */
export const RACERS = {
  sgd: {
    title: "SGD",
    settings: { rate: 0.02 },
    scaled: false,
    formula: "w ← w − rate · g",
    move: (w, g, _slot, _step, s) => w - s.rate * g,
  },
  momentum: {
    title: "Momentum",
    settings: { rate: 0.01, momentum: 0.8 },
    scaled: false,
    formula: "m ← 0.8 m − rate · g;  w ← w + m",
    move: (w, g, slot, _step, s) => w + (slot.m = s.momentum * slot.m - s.rate * g),
  },
  nesterov: {
    title: "Nesterov",
    settings: { rate: 0.01, momentum: 0.8 },
    scaled: false,
    formula: "m ← 0.8 m − rate · g;  w ← w + 0.8 m − rate · g",
    move: (w, g, slot, _step, s) => {
      slot.m = s.momentum * slot.m - s.rate * g;
      return w + s.momentum * slot.m - s.rate * g;
    },
  },
  rmsprop: {
    title: "RMSprop",
    settings: { rate: 0.01, rho: 0.99, epsilon: 1e-6 },
    scaled: true,
    formula: "v ← 0.99 v + 0.01 g²;  w ← w − rate · g / √v",
    move: (w, g, slot, _step, s) => {
      slot.v = s.rho * slot.v + (1 - s.rho) * g * g;
      return w - (s.rate * g) / Math.sqrt(slot.v + s.epsilon);
    },
  },
  adagrad: {
    title: "Adagrad",
    settings: { rate: 0.1, initial: 0.1, epsilon: 1e-7 },
    scaled: true,
    formula: "v ← v + g²;  w ← w − rate · g / √v",
    move: (w, g, slot, _step, s) => {
      slot.v += g * g;
      return w - (s.rate * g) / Math.sqrt(slot.v + s.initial + s.epsilon);
    },
  },
  adam: {
    title: "Adam",
    settings: ADAM,
    scaled: true,
    formula: "means m of g and v of g², corrected for their start at 0;  w ← w − rate · m / √v",
    move: adam,
  },
  adamw: {
    title: "AdamW",
    settings: { ...ADAM, decay: 0.1 },
    scaled: true,
    formula: "w ← w − rate · 0.1 w, then Adam",
    move: (w, g, slot, step, s) => adam(w - s.rate * s.decay * w, g, slot, step, s),
  },
  adam_uncorrected: {
    title: "Adam without bias correction",
    settings: ADAM,
    scaled: true,
    formula: "Adam as some animations show it: its means start at 0 and stay too small, so √v does and the first steps are several times too long",
    move: (w, g, slot, _step, s) => {
      average(g, slot, s);
      return w - (s.rate * slot.m) / (Math.sqrt(slot.v) + s.epsilon);
    },
  },
};
