// An experiment as a Keras program that trains the very same network.

import { ACTIVATIONS } from "../activations.js";
import { OPTIMIZERS } from "./optimizers.js";

/** @typedef {import("./experiment.js").Experiment} Experiment */

/** @param {number} value seven digits are what float32 holds */
const short = (value) => String(Number(value.toPrecision(8)));

/** @param {ArrayLike<number>} values */
const list = (values) => `[${Array.from(values, short).join(", ")}]`;

/**
 * @param {Experiment} experiment its initial weights are used
 * @param {string} link where it came from
 * @param {number} epochs
 * @returns {string} Python
 */
export function kerasProgram(experiment, link, epochs) {
  return [heading(experiment, link), data(experiment), model(experiment), run(experiment, epochs)].join(
    "\n",
  );
}

/** @param {Experiment} experiment @param {string} link */
function heading({ train, settings }, link) {
  const rest = train.length % settings.batchSize;
  const notes = [
    "Trains the network of this playground link, from the same weights on the same points:",
    link,
    "Run it with `saccade run FILE`, or with Keras.",
    ...(rest
      ? [
          "",
          `The last ${rest} points of an epoch are a smaller batch here; the playground lets`,
          "their gradients wait for the next epoch, so the losses differ a little.",
        ]
      : []),
    ...(settings.regularization !== "none" && settings.optimizer !== "sgd"
      ? ["", "Keras adds the penalty to the loss; the playground moves the weights by it", "after the optimizer's step, so the losses differ a little."]
      : []),
    ...(settings.regularization === "L1"
      ? ["", "The playground also takes a link out for good when L1 turns its sign."]
      : []),
  ];
  return `"""${notes.join("\n")}\n"""\n\nimport keras\nimport numpy as np\n`;
}

/** @param {Experiment} experiment */
function data({ train, test, features }) {
  const rows = (/** @type {import("./datasets.js").Point[]} */ points) =>
    points.map(({ x, y, label }) => `    (${short(x)}, ${short(y)}, ${short(label)}),`).join("\n");
  return [
    `TRAIN = np.array([\n${rows(train)}\n])`,
    `TEST = np.array([\n${rows(test)}\n])`,
    "",
    "",
    "def features(points):",
    "    x, y = points[:, 0], points[:, 1]",
    `    return np.stack([${features.map(({ python }) => python).join(", ")}], axis=1)`,
    "",
    "",
  ].join("\n");
}

/** @param {Experiment} experiment */
function model({ initial, settings, features, classes }) {
  const penalty = penaltyOf(settings);
  const layers = initial.layers.map((layer) => {
    const parts = [String(layer.nodes), `activation="${pythonActivation(layer.activation)}"`];
    if (penalty) parts.push(`kernel_regularizer=${penalty}`);
    return `    keras.layers.Dense(${parts.join(", ")}),`;
  });
  const weights = initial.layers.flatMap((layer) => [
    `    np.array(${list(layer.weights)}).reshape(${layer.nodes}, ${layer.inputs}).T,`,
    `    np.array(${list(layer.biases)}),`,
  ]);
  const accuracy = classes > 2 ? '"accuracy"' : "same_side";
  return [
    ...LOSS_CODE[lossName(initial)],
    "model = keras.Sequential([",
    `    keras.Input((${features.length},)),`,
    ...layers,
    "])",
    "model.set_weights([",
    ...weights,
    "])",
    "model.compile(",
    `    optimizer=keras.optimizers.${optimizerOf(settings)},`,
    `    loss=${lossArgument(initial)},`,
    ...(classes ? [`    metrics=[${accuracy}],`] : []),
    ")",
    "",
  ].join("\n");
}

/** @param {string} name */
const pythonActivation = (name) =>
  name === "logistic" ? "linear" : name in ACTIVATIONS || name === "softmax" ? name : "linear";

/** @param {import("./network.js").Network} network */
const lossName = (network) => network.layers[network.layers.length - 1].activation;

/** @type {Record<string, string[]>} */
const LOSS_CODE = {};
const SAME_SIDE = [
  "def same_side(labels, outputs):",
  "    same = keras.ops.equal(outputs >= 0, labels >= 0)",
  "    return keras.ops.mean(keras.ops.cast(same, \"float32\"), axis=-1)",
  "",
  "",
];
const HALF_SQUARE = [
  "def half_square(labels, outputs):",
  "    return keras.ops.mean(0.5 * keras.ops.square(outputs - labels), axis=-1)",
  "",
  "",
];
LOSS_CODE.tanh = [...HALF_SQUARE, ...SAME_SIDE];
LOSS_CODE.linear = HALF_SQUARE;
LOSS_CODE.logistic = [
  "def logistic(labels, outputs):",
  "    return keras.ops.mean(keras.ops.softplus(-labels * outputs), axis=-1)",
  "",
  "",
  ...SAME_SIDE,
];
LOSS_CODE.softmax = [];

/** @param {import("./network.js").Network} network */
function lossArgument(network) {
  const name = lossName(network);
  if (name === "softmax") return '"sparse_categorical_crossentropy"';
  return name === "logistic" ? "logistic" : "half_square";
}

/** @param {import("./state.js").Settings} settings */
function penaltyOf({ regularization, regularizationRate }) {
  if (regularization === "none" || !regularizationRate) return null;
  const rate = regularization === "L2" ? regularizationRate / 2 : regularizationRate;
  return `keras.regularizers.${regularization}(${short(rate)})`;
}

/** @param {import("./state.js").Settings} settings */
function optimizerOf({ optimizer, learningRate }) {
  return OPTIMIZERS[optimizer].python.replace("{rate}", short(learningRate));
}

/** @param {Experiment} experiment @param {number} epochs */
function run({ settings, classes }, epochs) {
  const labels = classes > 2 ? "[:, 2]" : "[:, 2:]";
  return [
    "model.fit(",
    `    features(TRAIN), TRAIN${labels}, batch_size=${settings.batchSize}, epochs=${epochs},`,
    `    shuffle=False, validation_data=(features(TEST), TEST${labels}), verbose=2,`,
    ")",
    `results = model.evaluate(features(TRAIN), TRAIN${labels}, verbose=0, return_dict=True)`,
    'print("train", results)',
    "",
  ].join("\n");
}
