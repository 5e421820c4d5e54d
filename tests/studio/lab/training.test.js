// The log of a run as curves, and the bytes of activations as layers.

import assert from "node:assert/strict";
import test from "node:test";

import { channelOf, channelsSeen, scaleOf, unpack } from "../../../src/saccade/studio/static/lib/training/activations.js";
import { chartsOf, curvesOf, lastAnswer, rateOf } from "../../../src/saccade/studio/static/lib/training/log.js";

const ROWS = [
  { kind: "step", at: 0, epoch: 0, batch: 5, logs: { loss: 2 } },
  { kind: "epoch", at: 1, epoch: 0, rate: 0.1, logs: { loss: 1, val_loss: 1.5 } },
  { kind: "command", at: 1, action: "rate", value: 0.01, answer: "" },
  { kind: "epoch", at: 2, epoch: 1, rate: 0.01, logs: { loss: "nan", val_loss: 1.2 } },
  { kind: "step", at: 3, epoch: 2, batch: 5, logs: { loss: 0.8 } },
];

test("finished epochs and the running one make a curve", () => {
  const { xs, series } = curvesOf(ROWS, 10);
  assert.deepEqual(xs, [1, 2, 2.5]);
  assert.deepEqual(series.loss, [1, NaN, 0.8]);
  assert.deepEqual(series.val_loss, [1.5, 1.2, NaN]);
  assert.deepEqual(curvesOf(ROWS, null).xs, [1, 2]);
  assert.deepEqual(curvesOf([], 10), { xs: [], series: {} });
});

test("a metric and its validation share a chart, the loss comes first", () => {
  assert.deepEqual(chartsOf(["accuracy", "val_accuracy", "val_loss", "loss", "learning_rate"]), ["loss", "accuracy"]);
});

test("rate and last answer are those of the latest lines", () => {
  assert.equal(rateOf(ROWS), 0.01);
  assert.equal(rateOf([]), null);
  assert.equal(lastAnswer(ROWS), "The learning rate is 0.01 now.");
  assert.equal(lastAnswer([{ kind: "command", at: 0, action: "rate", answer: "a schedule" }]), "The learning rate stays: a schedule");
});

test("activations are unpacked from their bytes", () => {
  const header = JSON.stringify({ epoch: 3, layers: [{ name: "a", kind: "Conv2D", shape: [1, 2, 2] }, { name: "b", kind: "Dense", shape: [1] }] });
  const padded = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 4) * 4));
  const bytes = new Uint8Array(4 + padded.length + 20);
  new DataView(bytes.buffer).setUint32(0, padded.length, true);
  bytes.set(padded, 4);
  bytes.set(new Uint8Array(new Float32Array([1, 2, 3, -4, 5]).buffer), 4 + padded.length);
  const { epoch, layers } = unpack(bytes.buffer);
  assert.equal(epoch, 3);
  assert.deepEqual([...channelOf(layers[0], 1)], [2, -4]);
  assert.equal(scaleOf(layers[0].values), 4);
  assert.deepEqual([...layers[1].values], [5]);
});

test("a number of a pooling layer is made from its own channel, of a convolution from all", () => {
  const source = { name: "a", kind: "Conv2D", sources: [], shape: [4, 4, 3], values: new Float32Array(48) };
  const seen = (kind, shape, filter) => [0, 1, 2].map(channelsSeen({ ...source, kind, shape }, source, filter));
  assert.deepEqual(seen("Conv2D", [2, 2, 8], 5), [true, true, true]);
  assert.deepEqual(seen("MaxPooling2D", [2, 2, 3], 1), [false, true, false]);
  assert.deepEqual(seen("GlobalAveragePooling2D", [3], 2), [false, false, true]);
  assert.deepEqual(seen("DepthwiseConv2D", [2, 2, 6], 5), [false, false, true]);
});
