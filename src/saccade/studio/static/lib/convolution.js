// Convolution and pooling of small arrays, step by step. As in Keras it is a
// cross-correlation: the kernel is not turned over.

/** @typedef {number[][]} Matrix rows of numbers */
/** @typedef {Matrix[]} Channels */
/** @typedef {"valid" | "same" | "full" | number} Padding */

/**
 * How a window moves along one axis.
 * @typedef {object} Axis
 * @property {number} size of the input
 * @property {number} kernel
 * @property {number} stride
 * @property {number} dilation
 * @property {number} before zeros (or nothing, for pooling) before the first number
 * @property {number} after
 * @property {number} out positions of the window
 * @property {number} dropped numbers at the end, padding included, that no window reads
 * @property {string} formula with the present numbers
 */

/**
 * @param {number} size @param {number} kernel
 * @param {{padding: Padding, stride: number, dilation: number}} options
 * @returns {Axis}
 * @throws {Error} the kernel is larger than the padded input
 */
export function axis(size, kernel, { padding, stride, dilation }) {
  const extent = dilation * (kernel - 1) + 1;
  const [before, after] = zeros(size, extent, padding, stride);
  const room = size + before + after - extent;
  if (room < 0) {
    throw new Error(
      `The kernel covers ${extent} numbers, the input with its padding has ${size + before + after}: ` +
        "take a smaller kernel, less dilation, or more padding.",
    );
  }
  const out = Math.floor(room / stride) + 1;
  const covers = dilation === 1 ? `${kernel}` : `(${dilation} · (${kernel} − 1) + 1)`;
  return {
    size,
    kernel,
    stride,
    dilation,
    before,
    after,
    out,
    dropped: room % stride,
    formula: `⌊(${size} + ${before} + ${after} − ${covers}) / ${stride}⌋ + 1 = ${out}`,
  };
}

/** @param {number} size @param {number} extent @param {Padding} padding @param {number} stride */
function zeros(size, extent, padding, stride) {
  if (padding === "valid") return [0, 0];
  if (padding === "full") return [extent - 1, extent - 1];
  if (padding !== "same") return [padding, padding];
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * One number under the window.
 * @typedef {object} Tap
 * @property {number} channel
 * @property {number} row in the input; outside of it for padding
 * @property {number} column
 * @property {boolean} inside
 * @property {number} value
 * @property {number} weight
 * @property {number} product
 */

/**
 * Everything that makes one output number.
 * @typedef {object} Cell
 * @property {Tap[]} taps
 * @property {number[]} sums of each channel
 * @property {number} bias
 * @property {number} total
 * @property {number} value after the activation
 */

/**
 * @typedef {object} Layer
 * @property {Channels} input [channel][row][column]
 * @property {Channels[]} kernels [filter][channel][row][column]
 * @property {number[]} biases
 * @property {Padding} padding
 * @property {number} stride
 * @property {number} dilation
 * @property {boolean} relu
 */

/** @param {Layer} layer @returns {{rows: Axis, columns: Axis}} */
export function axesOf({ input, kernels, padding, stride, dilation }) {
  const [kernel] = kernels[0];
  // A single row of numbers is one-dimensional: nothing moves up or down.
  const flat = input[0].length === 1 && kernel.length === 1;
  return {
    rows: axis(input[0].length, kernel.length, {
      padding: flat ? "valid" : padding,
      stride: flat ? 1 : stride,
      dilation,
    }),
    columns: axis(input[0][0].length, kernel[0].length, { padding, stride, dilation }),
  };
}

/**
 * @param {Layer} layer @param {number} filter @param {number} row @param {number} column
 * @returns {Cell}
 */
export function cell(layer, filter, row, column) {
  const axes = axesOf(layer);
  /** @type {Tap[]} */
  const taps = [];
  const sums = layer.input.map((channel, index) => {
    let sum = 0;
    for (const place of windowAt(axes, row, column)) {
      const value = channel[place.row]?.[place.column] ?? 0;
      const weight = layer.kernels[filter][index][place.kernelRow][place.kernelColumn];
      const inside = channel[place.row]?.[place.column] !== undefined;
      const product = value * weight;
      taps.push({ channel: index, row: place.row, column: place.column, inside, value, weight, product });
      sum += product;
    }
    return sum;
  });
  const bias = layer.biases[filter] ?? 0;
  const total = sums.reduce((all, sum) => all + sum, 0) + bias;
  return { taps, sums, bias, total, value: layer.relu ? Math.max(0, total) : total };
}

/**
 * The places of the input that a window lies on, padding included.
 * @param {{rows: Axis, columns: Axis}} axes @param {number} row @param {number} column
 */
export function windowAt({ rows, columns }, row, column) {
  const places = [];
  for (let i = 0; i < rows.kernel; i++) {
    for (let j = 0; j < columns.kernel; j++) {
      places.push({
        row: row * rows.stride + i * rows.dilation - rows.before,
        column: column * columns.stride + j * columns.dilation - columns.before,
        kernelRow: i,
        kernelColumn: j,
      });
    }
  }
  return places;
}

/**
 * The outputs that read a place of the input.
 * @param {{rows: Axis, columns: Axis}} axes @param {number} row @param {number} column
 * @returns {{row: number, column: number}[]}
 */
export function readers(axes, row, column) {
  const alongRows = readersAlong(axes.rows, row);
  const alongColumns = readersAlong(axes.columns, column);
  return alongRows.flatMap((r) => alongColumns.map((c) => ({ row: r, column: c })));
}

/** @param {Axis} along @param {number} place */
function readersAlong(along, place) {
  const found = [];
  for (let out = 0; out < along.out; out++) {
    const offset = place - (out * along.stride - along.before);
    if (offset >= 0 && offset % along.dilation === 0 && offset / along.dilation < along.kernel) {
      found.push(out);
    }
  }
  return found;
}

/** @param {Layer} layer @returns {Channels} one matrix a filter */
export function convolve(layer) {
  const { rows, columns } = axesOf(layer);
  return layer.kernels.map((_, filter) =>
    Array.from({ length: rows.out }, (_row, row) =>
      Array.from({ length: columns.out }, (_column, column) => cell(layer, filter, row, column).value),
    ),
  );
}

/**
 * @typedef {object} Pool
 * @property {number} size
 * @property {number} stride
 * @property {"valid" | "same"} padding
 * @property {"max" | "average"} kind
 */

/** @param {Channels} input @param {Pool} pool @returns {{rows: Axis, columns: Axis}} */
export function poolAxes(input, { size, stride, padding }) {
  const options = { padding, stride, dilation: 1 };
  const flat = input[0].length === 1;
  return {
    rows: flat
      ? axis(1, 1, { padding: "valid", stride: 1, dilation: 1 })
      : axis(input[0].length, size, options),
    columns: axis(input[0][0].length, size, options),
  };
}

/**
 * @typedef {object} PoolCell
 * @property {Tap[]} taps those inside the input; the weight is what the gradient is shared by
 * @property {number} value
 */

/**
 * @param {Channels} input @param {Pool} pool
 * @param {number} channel @param {number} row @param {number} column
 * @returns {PoolCell}
 */
export function poolCell(input, pool, channel, row, column) {
  const taps = windowAt(poolAxes(input, pool), row, column)
    .map((place) => ({ ...place, value: input[channel][place.row]?.[place.column] }))
    .filter((place) => place.value !== undefined);
  const values = taps.map(({ value }) => /** @type {number} */ (value));
  const highest = Math.max(...values);
  const winner = values.indexOf(highest);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    taps: taps.map(({ row: r, column: c }, k) => {
      const weight = pool.kind === "average" ? 1 / values.length : Number(k === winner);
      return { channel, row: r, column: c, inside: true, value: values[k], weight, product: values[k] * weight };
    }),
    value: pool.kind === "average" ? mean : highest,
  };
}

/** @param {Channels} input @param {Pool} pool @returns {Channels} */
export function pooled(input, pool) {
  const { rows, columns } = poolAxes(input, pool);
  return input.map((_, channel) =>
    Array.from({ length: rows.out }, (_row, row) =>
      Array.from({ length: columns.out }, (_column, column) => poolCell(input, pool, channel, row, column).value),
    ),
  );
}

/**
 * Weights of a convolution, and of as many dense neurons that see the whole input.
 * @param {{height: number, width: number, channels: number}} input
 * @param {{height: number, width: number, filters: number, bias: boolean}} kernel
 */
export function parameters(input, kernel) {
  const bias = kernel.bias ? 1 : 0;
  return {
    convolution: kernel.filters * (kernel.height * kernel.width * input.channels + bias),
    dense: kernel.filters * (input.height * input.width * input.channels + bias),
  };
}

/** Kernels by name, for any size they are made for. @type {Record<string, {title: string, words: string, kernel: Matrix}>} */
export const KERNELS = {
  identity: { title: "Identity", words: "leaves the picture as it is", kernel: [[0, 0, 0], [0, 1, 0], [0, 0, 0]] },
  vertical: { title: "Vertical edges", words: "answers where left and right differ", kernel: [[1, 0, -1], [2, 0, -2], [1, 0, -1]] },
  horizontal: { title: "Horizontal edges", words: "answers where above and below differ", kernel: [[1, 2, 1], [0, 0, 0], [-1, -2, -1]] },
  outline: { title: "Outline", words: "answers where a number differs from its neighbours", kernel: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]] },
  blur: { title: "Blur", words: "the mean of the neighbours", kernel: [[1, 1, 1], [1, 1, 1], [1, 1, 1]].map((row) => row.map((value) => value / 9)) },
  sharpen: { title: "Sharpen", words: "makes differences larger", kernel: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]] },
};
