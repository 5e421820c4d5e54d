// The convolution explorer: worked examples, Keras' sizes, and both directions of hovering.

import assert from "node:assert/strict";
import test from "node:test";

import * as lib from "../../../src/saccade/studio/static/lib/convolution.js";
import * as state from "../../../src/saccade/studio/static/lib/convolution-state.js";
import { packChannels, parseChannels } from "../../../src/saccade/studio/static/lib/matrices.js";

const layerOf = (hash) => {
  const { settings, problems } = state.readSettings(hash);
  assert.deepEqual(problems, []);
  const input = parseChannels(settings.input);
  const kernels = state.parseKernels(settings.kernel, input.length);
  const biases = state.parseBiases(settings.bias, kernels.length);
  const padding = state.paddingOf(settings.padding);
  return { input, kernels, biases, padding, stride: settings.stride, dilation: settings.dilation, relu: settings.relu };
};

test("the course's worked examples give their answers", () => {
  const answers = state.PRESETS.slice(0, 4).map(({ hash }) => lib.convolve(layerOf(hash)));
  assert.deepEqual(answers[0], [[[1, 2, 2, 4]]]);
  assert.deepEqual(answers[1], [[[0, -3], [7, 13]]]);
  assert.deepEqual(answers[2], [[[1, 2, 5]]]);
  assert.deepEqual([answers[3][0].length, answers[3][0][0].length], [9, 9]);
  const picture = { height: 720, width: 1280, channels: 3 };
  assert.deepEqual(lib.parameters(picture, { height: 3, width: 3, filters: 1, bias: false }), { convolution: 27, dense: 2764800 });
});

test("sizes are Keras': formula, padding, dropped numbers", () => {
  const size = (n, k, padding, stride = 1, dilation = 1) => lib.axis(n, k, { padding, stride, dilation });
  assert.equal(size(28, 3, "valid").out, 26);
  assert.equal(size(28, 3, "same", 2).out, 14);
  assert.deepEqual([size(28, 3, "same", 2).before, size(28, 3, "same", 2).after], [0, 1]);
  assert.equal(size(5, 3, "full").out, 7);
  assert.equal(size(8, 3, "valid", 2).dropped, 1);
  assert.equal(size(9, 3, "valid", 1, 2).out, 5);
  assert.equal(size(11, 3, 4, 2).formula, "⌊(11 + 4 + 4 − 3) / 2⌋ + 1 = 9");
  assert.throws(() => size(2, 3, "valid"), /kernel covers 3 numbers, the input with its padding has 2/);
});

test("a cell is the sum of its products, the bias and the activation", () => {
  const layer = { ...layerOf("#input=1,2;3,4|5,6;7,8&kernel=1,0;0,1|1,1;1,-1&bias=-30"), relu: true };
  const cell = lib.cell(layer, 0, 0, 0);
  assert.deepEqual(cell.sums, [5, 10]);
  assert.equal(cell.total, -15);
  assert.equal(cell.value, 0);
  assert.equal(cell.taps.reduce((sum, tap) => sum + tap.product, 0), 15);
});

test("readers are the other side of windows", () => {
  for (const options of ["", "&padding=same&stride=2", "&padding=full", "&dilation=2&padding=3"]) {
    const axes = lib.axesOf(layerOf(`#input=1,2,3,4,5;1,2,3,4,5;5,4,3,2,1;1,1,1,1,1&kernel=1,2;3,4${options}`));
    for (let row = 0; row < axes.rows.out; row++) {
      for (let column = 0; column < axes.columns.out; column++) {
        for (const place of lib.windowAt(axes, row, column)) {
          const back = lib.readers(axes, place.row, place.column);
          assert.ok(back.some((cell) => cell.row === row && cell.column === column));
        }
      }
    }
  }
});

test("pooling keeps the largest or the mean; padding counts for nothing", () => {
  const input = parseChannels("1,2,5;3,4,-1;0,8,-7");
  const max = { size: 2, stride: 2, padding: /** @type {"same"} */ ("same"), kind: /** @type {"max"} */ ("max") };
  assert.deepEqual(lib.pooled(input, max), [[[4, 5], [8, -7]]]);
  assert.deepEqual(lib.pooled(input, { ...max, kind: "average" }), [[[2.5, 2], [4, -7]]]);
  const cell = lib.poolCell(input, max, 0, 0, 0);
  assert.deepEqual(cell.taps.map(({ weight }) => weight), [0, 0, 0, 1]);
  assert.deepEqual(lib.pooled(parseChannels("1,5,2,3"), { ...max, padding: "valid" }), [[[5, 3]]]);
});

test("what is wrong in an input is named with its row", () => {
  assert.throws(() => parseChannels("1,2;3,x"), /row 2: "x" is not a number/);
  assert.throws(() => parseChannels("1,2;3"), /row 1 has 2 numbers, row 2 has 1/);
  assert.throws(() => parseChannels("1,2|3"), /channels of the input differ in size/);
  assert.throws(() => parseChannels("  "), /is empty/);
  assert.throws(() => state.parseKernels("1|2|3", 2), /3 channels, the input 2/);
  assert.equal(packChannels(parseChannels("1 2\n3 4.50")), "1,2;3,4.5");
});
