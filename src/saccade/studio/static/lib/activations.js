// Activation functions with their slopes, as numbers of one number.

/**
 * @typedef {object} Activation
 * @property {string} title
 * @property {string} formula
 * @property {(z: number) => number} value
 * @property {(z: number) => number} slope
 */

/** @param {number} z */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/** The error function to 1.5e-7: Abramowitz and Stegun, 7.1.26. @param {number} z */
function erf(z) {
  const t = 1 / (1 + 0.3275911 * Math.abs(z));
  const terms = [0, 0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  const rest = terms.reduceRight((sum, term) => sum * t + term, 0) * Math.exp(-z * z);
  return z >= 0 ? 1 - rest : rest - 1;
}

/** @param {number} z */
const normalShare = (z) => 0.5 * (1 + erf(z / Math.SQRT2));
/** @param {number} z */
const normalDensity = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  relu: {
    title: "ReLU",
    formula: "max(0, z)",
    value: (z) => Math.max(0, z),
    slope: (z) => (z <= 0 ? 0 : 1),
  },
  tanh: {
    title: "tanh",
    formula: "tanh z",
    value: Math.tanh,
    slope: (z) => 1 - Math.tanh(z) ** 2,
  },
  sigmoid: {
    title: "Sigmoid",
    formula: "1 / (1 + e⁻ᶻ)",
    value: sigmoid,
    slope: (z) => sigmoid(z) * (1 - sigmoid(z)),
  },
  linear: { title: "Linear", formula: "z", value: (z) => z, slope: () => 1 },
  leaky_relu: {
    title: "Leaky ReLU",
    formula: "z, or 0.2 z below 0",
    value: (z) => (z >= 0 ? z : 0.2 * z),
    slope: (z) => (z >= 0 ? 1 : 0.2),
  },
  elu: {
    title: "ELU",
    formula: "z, or eᶻ − 1 below 0",
    value: (z) => (z > 0 ? z : Math.expm1(z)),
    slope: (z) => (z > 0 ? 1 : Math.exp(z)),
  },
  selu: {
    title: "SELU",
    formula: "1.0507 (z, or 1.6733 (eᶻ − 1) below 0)",
    value: (z) => SELU.scale * (z > 0 ? z : SELU.alpha * Math.expm1(z)),
    slope: (z) => SELU.scale * (z > 0 ? 1 : SELU.alpha * Math.exp(z)),
  },
  gelu: {
    title: "GELU",
    formula: "z Φ(z)",
    value: (z) => z * normalShare(z),
    slope: (z) => normalShare(z) + z * normalDensity(z),
  },
  silu: {
    title: "SiLU (swish)",
    formula: "z · sigmoid(z)",
    value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z))),
  },
  softplus: {
    title: "Softplus",
    formula: "ln(1 + eᶻ)",
    value: (z) => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0),
    slope: sigmoid,
  },
};

/** What hidden neurons may use: the four of the TensorFlow Playground, then the others. */
export const HIDDEN = Object.keys(ACTIVATIONS);
