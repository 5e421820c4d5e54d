// The layout of the convolution explorer.

import { button, checkbox, select, slider } from "../../ui/controls.js";
import { fill, h } from "../../ui/dom.js";
import { matrixView } from "../../ui/matrix.js";
import * as lib from "../../lib/convolution.js";
import { PRESETS } from "../../lib/convolution-state.js";
import { brief, packChannels, writeChannels } from "../../lib/matrices.js";
import { pictureChooser } from "./picture.js";

/** @typedef {import("./page.js").Explorer} Explorer */
/** @typedef {import("../../lib/convolution.js").Layer} Layer */
/** @typedef {ReturnType<typeof matrixView>} MatrixView */

const INTRODUCTION =
  "A small kernel slides over the input. At each place, numbers and weights that lie on each " +
  "other are multiplied and added: one number of the output. Hover a number on either side.";

/** @param {HTMLElement} root @param {Explorer} page */
export function buildView(root, page) {
  const problems = h("div", { role: "status", "data-testid": "problems" });
  const trouble = h("p", { role: "alert", "data-testid": "trouble" });
  const words = h("p", { class: "lead", "data-testid": "words" });
  const arithmetic = h("section", { class: "card sum", "aria-live": "polite", "data-testid": "arithmetic" });
  const sizes = h("section", { class: "card", "data-testid": "sizes" });
  const bar = controlBar(page);
  const input = inputCard(page);
  const kernel = kernelCard(page);
  const outputs = h("div", { class: "stack" });
  const output = h("section", { class: "card stack", "aria-label": "Output" }, h("h2", {}, "Output"), outputs);
  fill(
    root,
    h("h1", {}, "Convolution"),
    h("p", { class: "lead" }, INTRODUCTION),
    problems,
    h("div", { class: "presets" }, ...PRESETS.map((preset) => presetButton(preset))),
    words,
    bar.element,
    trouble,
    h("div", { class: "trio" }, input.element, kernel.element, output),
    arithmetic,
    sizes,
  );
  /** @type {MatrixView[]} */
  let outputViews = [];
  return {
    problems,
    words,
    trouble,
    arithmetic,
    sizes,
    playButton: bar.playButton,
    input: input.text,
    sync() {
      bar.sync();
      const { layer } = page;
      if (layer) input.text.value = writeChannels(layer.input);
    },
    /** New matrices for new shapes. */
    rebuild() {
      input.rebuild();
      kernel.rebuild();
      bar.show();
      const name = page.pooling ? "channel" : "filter";
      outputViews = page.output.map((_, filter) =>
        matrixView({
          label: page.output.length > 1 ? `${name} ${filter + 1}` : "output",
          test: `output-${filter}`,
          hover: (place) => {
            if (!place) return;
            page.pause();
            page.look(place.row, place.column, filter);
          },
        }),
      );
      fill(outputs, ...outputViews.map((view) => view.element));
    },
    draw() {
      input.draw();
      kernel.draw();
      const scale = largest(page.output);
      const { row, column, filter } = page.settings;
      const read = page.under ? lib.readers(page.axes, page.under.row, page.under.column) : [];
      outputViews.forEach((view, k) =>
        view.show({ values: page.output[k], scale, mark: k === filter ? { row, column } : null, window: read }),
      );
    },
  };
}

/** @param {number[][][]} channels */
const largest = (channels) => Math.max(1e-9, ...channels.flat(2).map(Math.abs));

/** @param {{name: string, words: string, hash: string}} preset */
function presetButton({ name, words, hash }) {
  return button(name, () => (location.hash = hash), { title: words, test: `preset-${name.toLowerCase().replaceAll(" ", "-")}` });
}

/** @param {Explorer} page */
function controlBar(page) {
  const playButton = button("Slide", () => (page.timer ? page.pause() : page.play()), { class: "main", test: "play", title: "Space" });
  const mode = select("What slides", [["convolution", "Convolution"], ["max", "Max pooling"], ["average", "Average pooling"]], "convolution", (value) => page.change("mode", value), { test: "mode" });
  const paddings = /** @type {[string, string][]} */ ([["valid", "valid: none"], ["same", "same: as large as the input"], ["full", "full: every overlap"], ["1", "1 zero around"], ["2", "2 zeros around"]]);
  const padding = select("Padding", paddings, "valid", (value) => page.change("padding", value), { test: "padding" });
  const stride = slider("Stride", { low: 1, high: 4, step: 1, test: "stride" }, 1, (value) => page.change("stride", value));
  const dilation = slider("Dilation", { low: 1, high: 3, step: 1, test: "dilation" }, 1, (value) => page.change("dilation", value));
  const pool = slider("Window", { low: 1, high: 5, step: 1, test: "pool" }, 2, (value) => page.change("pool", value));
  const relu = checkbox("ReLU after it", false, (value) => page.change("relu", value), { test: "relu" });
  const element = h(
    "div",
    { class: "bar card" },
    playButton,
    button("◀", () => page.move(-1), { title: "Left arrow: one place back", test: "previous" }),
    button("▶", () => page.move(1), { title: "Right arrow: one place on", test: "next" }),
    mode.element,
    padding.element,
    stride.element,
    dilation.element,
    pool.element,
    relu.element,
  );
  return {
    element,
    playButton,
    sync() {
      const { settings } = page;
      mode.set(settings.mode);
      padding.set(settings.padding);
      stride.set(settings.stride);
      dilation.set(settings.dilation);
      pool.set(settings.pool);
      relu.set(settings.relu);
    },
    show() {
      dilation.element.hidden = relu.element.hidden = page.pooling;
      pool.element.hidden = !page.pooling;
    },
  };
}

/** @param {Explorer} page */
function inputCard(page) {
  const views = h("div", { class: "stack" });
  /** @type {MatrixView[]} */
  let shown = [];
  const text = h("textarea", { rows: 6, "aria-label": "Numbers of the input", "data-testid": "input", spellcheck: "false" });
  text.addEventListener("input", () => page.takeInput(text.value));
  let pen = /** @type {number | null} */ (null);
  const paint = select("Click a cell to", [["", "read it"], ["9", "write 9"], ["0", "write 0"], ["1", "write 1"]], "", (value) => (pen = value === "" ? null : Number(value)), { test: "pen" });
  const element = h(
    "section",
    { class: "card stack", "aria-label": "Input" },
    h("h2", {}, "Input"),
    views,
    paint.element,
    pictureChooser((channels) => page.setInput(channels)),
    h("details", {}, h("summary", {}, "As numbers"), h("p", { class: "faint" }, "Rows in lines, channels between lines with a bar: |"), text),
  );
  /** @param {number} channel @param {{row: number, column: number}} place */
  function press(channel, place) {
    const layer = /** @type {Layer} */ (page.layer);
    if (pen === null || layer.input[channel][place.row]?.[place.column] === undefined) return;
    const next = structuredClone(layer.input);
    next[channel][place.row][place.column] = pen;
    page.setInput(next);
  }
  return {
    element,
    text,
    rebuild() {
      const layer = /** @type {Layer} */ (page.layer);
      shown = layer.input.map((_, channel) =>
        matrixView({
          label: layer.input.length > 1 ? `channel ${channel + 1}` : "input",
          test: `input-${channel}`,
          press: (place) => press(channel, place),
          hover: (place) => {
            if (place) page.pause();
            page.under = place;
            page.draw();
          },
        }),
      );
      fill(views, ...shown.map((view) => view.element));
    },
    draw() {
      const layer = /** @type {Layer} */ (page.layer);
      const { rows, columns } = page.axes;
      const window = lib.windowAt(page.axes, page.settings.row, page.settings.column);
      const pooled = page.pooling ? lib.poolCell(layer.input, page.pool, page.settings.filter, page.settings.row, page.settings.column) : null;
      const winner = page.pool.kind === "max" ? pooled?.taps.find(({ weight }) => weight === 1) : undefined;
      shown.forEach((view, channel) =>
        view.show({
          values: layer.input[channel],
          scale: largest(layer.input),
          margin: { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after },
          dropped: { rows: rows.dropped, columns: columns.dropped },
          window: pooled && channel !== page.settings.filter ? [] : window,
          mark: page.under ?? (winner && channel === page.settings.filter ? winner : null),
        }),
      );
    },
  };
}

/** @param {Explorer} page */
function kernelCard(page) {
  const grids = h("div", { class: "stack" });
  const presets = h("div", { class: "presets" }, ...Object.entries(lib.KERNELS).map(([name, { title, words, kernel }]) =>
    button(title, () => page.change("kernel", packChannels([kernel])), { title: words, test: `kernel-${name}` }),
  ));
  const element = h("section", { class: "card stack", "aria-label": "Kernel" }, h("h2", {}, "Kernel"), grids, presets, sizeButtons(page));
  return {
    element,
    rebuild() {
      element.hidden = page.pooling;
      const layer = /** @type {Layer} */ (page.layer);
      if (element.contains(document.activeElement) && document.activeElement?.tagName === "INPUT") return;
      fill(grids, ...layer.kernels.map((kernel, filter) => filterGrid(page, kernel, filter)));
    },
    draw() {},
  };
}

/** @param {Explorer} page @param {number[][][]} kernel @param {number} filter */
function filterGrid(page, kernel, filter) {
  const layer = /** @type {Layer} */ (page.layer);
  const many = layer.kernels.length > 1;
  const bias = numberInput(`Bias${many ? ` of filter ${filter + 1}` : ""}`, layer.biases[filter], (value) => {
    const biases = /** @type {Layer} */ (page.layer).biases.map((old, k) => (k === filter ? value : old));
    page.change("bias", biases.map(brief).join(","));
  });
  const channels = kernel.map((rows, channel) => {
    const grid = h("div", { class: "kernelgrid" });
    grid.style.gridTemplateColumns = `repeat(${rows[0].length}, max-content)`;
    grid.append(...rows.flatMap((row, r) => row.map((value, c) =>
      numberInput(`Filter ${filter + 1}, channel ${channel + 1}, row ${r + 1}, column ${c + 1}`, value, (next) => {
        const kernels = structuredClone(/** @type {Layer} */ (page.layer).kernels);
        kernels[filter][channel][r][c] = next;
        page.change("kernel", kernels.map(packChannels).join("/"));
      }))));
    return h("div", {}, kernel.length > 1 ? h("p", { class: "faint" }, `for channel ${channel + 1}`) : null, grid);
  });
  return h("div", { class: "stack" }, many ? h("b", {}, `Filter ${filter + 1}`) : null, ...channels, h("label", { class: "field" }, h("span", { class: "name" }, "bias"), bias));
}

/** @param {string} label @param {number} value @param {(value: number) => void} change */
function numberInput(label, value, change) {
  const box = h("input", { type: "number", step: "any", "aria-label": label });
  box.value = brief(value);
  box.addEventListener("input", () => {
    if (box.value !== "" && box.validity.valid) change(Number(box.value));
  });
  return box;
}

/** @param {Explorer} page */
function sizeButtons(page) {
  const kernels = () => /** @type {Layer} */ (page.layer).kernels;
  const set = (/** @type {number[][][][]} */ next) => page.change("kernel", next.map(packChannels).join("/"));
  const resize = (/** @type {number} */ by) => {
    const flat = kernels()[0][0].length === 1;
    const columns = kernels()[0][0][0].length + by;
    const count = flat ? 1 : kernels()[0][0].length + by;
    if (columns < 1 || count < 1 || columns > 11) return;
    set(kernels().map((kernel) => kernel.map((rows) =>
      Array.from({ length: count }, (_, r) => Array.from({ length: columns }, (_unused, c) => rows[r]?.[c] ?? 0)))));
  };
  return h(
    "div",
    { class: "presets" },
    button("larger", () => resize(1), { test: "larger" }),
    button("smaller", () => resize(-1), { test: "smaller" }),
    button("+ filter", () => {
      if (kernels().length < 8) set([...kernels(), kernels()[kernels().length - 1].map((rows) => rows.map((row) => row.map((value) => -value)))]);
    }, { test: "more-filters" }),
    button("− filter", () => {
      if (kernels().length > 1) set(kernels().slice(0, -1));
    }, { test: "fewer-filters" }),
  );
}
