// Experiments with a question: a link each, from one neuron to more than two inputs can tell.

import { write } from "../address.js";
import { SCHEMA, readSettings } from "./state.js";

/** @typedef {{name: string, question: string, hash: string}} Exercise */

/** @type {Exercise[]} */
export const EXERCISES = [
  {
    name: "1 A line",
    question:
      "A neuron alone draws one straight border. That is enough for two clouds. Raise the noise: " +
      "how many points stay on the wrong side, whatever it learns?",
    hash: "dataset=gauss&networkShape=&seed=0.79032",
  },
  {
    name: "2 A circle",
    question:
      "No straight line parts these: press Run and see. Then switch X₁² and X₂² on: why can the " +
      "same neuron do it now? And why not at a learning rate of 0.03?",
    hash: "learningRate=0.001&dataset=circle&networkShape=&seed=0.79032",
  },
  {
    name: "3 Exclusive or",
    question:
      "Five neurons are enough for this, yet after a thousand epochs nothing has been learnt. " +
      "Which one setting is wrong?",
    hash: "activation=sigmoid&learningRate=0.00001&dataset=xor&networkShape=5&seed=0.79032",
  },
  {
    name: "4 By heart",
    question:
      "Few points, much noise, many neurons. When does the test loss begin to rise while the " +
      "training loss falls? Try fewer neurons, more points, or L2 with rate 0.01.",
    hash:
      "activation=relu&dataset=circle&noise=50&percTrainData=20&networkShape=8,8&seed=0.79032",
  },
  {
    name: "5 Spiral",
    question:
      "Can X₁ and X₂ alone be enough? Give it time, a rate of 0.1, Adam, or sin X₁ and sin X₂, " +
      "and find the smallest network that does it.",
    hash: "activation=relu&dataset=spiral&networkShape=8,6&seed=0.79032",
  },
];

/** @param {import("./state.js").Settings} settings @returns {string} */
const addressOf = (settings) => write(settings, SCHEMA);

/**
 * The exercise that settings are the beginning of.
 * @param {import("./state.js").Settings} settings
 * @returns {Exercise | undefined}
 */
export function exerciseOf(settings) {
  const address = addressOf(settings);
  return EXERCISES.find(({ hash }) => addressOf(readSettings(hash).settings) === address);
}
