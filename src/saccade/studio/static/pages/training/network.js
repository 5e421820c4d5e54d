// The network as tiles of activations, and the table of its weights and gradients.

import { short } from "../../ui/chart.js";
import { fill, h, svg } from "../../ui/dom.js";
import { paint } from "../../ui/palette.js";
import { channelOf, channelsSeen, scaleOf } from "../../lib/training/activations.js";

/** @typedef {import("../../lib/training/activations.js").LayerOutput} LayerOutput */
/** @typedef {{layer: string, position: number[], filter: number, names: string[] | null, window: number[][]}} Chosen */
/** @typedef {(layer: string, position: number[], filter: number) => void} Choose */

/** More channels or units than this are counted, not drawn. */
const MOST_TILES = 32;
const MOST_UNITS = 128;

/**
 * One row for each layer.
 * @param {LayerOutput[]} layers @param {Chosen} chosen @param {Choose} choose
 */
export function networkTiles(layers, chosen, choose) {
  const made = layers.find(({ name }) => name === chosen.layer);
  const seen = made?.sources ?? [];
  return layers.map((layer, index) => {
    // Where a network branches, a row is not made from the row above.
    const above = layers[index - 1]?.name;
    const branches = layer.sources.length > 1 || (layer.sources.length === 1 && layer.sources[0] !== above);
    const from = branches ? ` from ${layer.sources.join(" and ")}` : "";
    const head = h("div", { class: "layerhead" }, h("b", {}, layer.name), h("span", { class: "faint" }, ` ${layer.kind} ${layer.shape.join(" × ")}${from}`));
    const last = index === layers.length - 1;
    const body = layer.shape.length === 3 ? maps(layer, made && seen.includes(layer.name) ? channelsSeen(made, layer, chosen.filter) : () => false, chosen, choose) : units(layer, chosen, choose, last ? chosen.names : null);
    return h("div", { class: "layerrow", "data-testid": `layer-${layer.name}` }, head, body);
  });
}

/**
 * @param {LayerOutput} layer @param {(channel: number) => boolean} seen whether the chosen number is made from this channel
 * @param {Chosen} chosen @param {Choose} choose
 */
function maps(layer, seen, chosen, choose) {
  const [rows, columns, channels] = layer.shape;
  const scale = scaleOf(layer.values);
  const count = Math.min(channels, MOST_TILES);
  const tiles = Array.from({ length: count }, (_, channel) => {
    const canvas = h("canvas", {});
    paint(canvas, channelOf(layer, channel), { columns, scale });
    const words = `${layer.name}, channel ${channel + 1}`;
    const tile = h("button", { type: "button", class: "maptile", title: words, "aria-label": words }, canvas);
    tile.style.aspectRatio = `${columns} / ${rows}`;
    const mine = chosen.layer === layer.name && chosen.filter === channel && chosen.position.length === 2;
    if (mine) tile.append(marker(rows, columns, chosen.position.map((at) => [at, at])));
    tile.addEventListener("click", (event) => {
      const box = tile.getBoundingClientRect();
      // A press by key has no place: it takes the middle.
      const right = event.detail ? (event.clientX - box.left) / box.width : 0.5;
      const down = event.detail ? (event.clientY - box.top) / box.height : 0.5;
      const row = Math.min(rows - 1, Math.floor(down * rows));
      choose(layer.name, [row, Math.min(columns - 1, Math.floor(right * columns))], channel);
    });
    if (mine) tile.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation(); // else it moves the epoch
      const [row, column] = chosen.position.map((at, k) => Math.max(0, Math.min([rows, columns][k] - 1, at + by[k])));
      choose(layer.name, [row, column], channel);
    });
    const shown = layer.kind === "Input" ? plainTile(canvas, rows, columns, words) : tile;
    if (seen(channel) && chosen.window.length === 2) shown.append(marker(rows, columns, chosen.window));
    return shown;
  });
  const more = channels > count ? h("span", { class: "faint" }, `and ${channels - count} more`) : null;
  return h("div", { class: "tiles" }, ...tiles, ...(more ? [more] : []));
}

/** The input is what it is: nothing made it. @param {HTMLCanvasElement} canvas @param {number} rows @param {number} columns @param {string} words */
function plainTile(canvas, rows, columns, words) {
  const tile = h("div", { class: "maptile", role: "img", "aria-label": words }, canvas);
  tile.style.aspectRatio = `${columns} / ${rows}`;
  return tile;
}

/** A frame around cells. @param {number} rows @param {number} columns @param {number[][]} places first and last row, first and last column */
function marker(rows, columns, [[top, bottom], [left, right]]) {
  return svg("svg", { class: "marker", viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: "none" }, svg("rect", { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }));
}

/** @param {LayerOutput} layer @param {Chosen} chosen @param {Choose} choose @param {string[] | null} names */
function units(layer, chosen, choose, names) {
  const { values } = layer;
  const scale = scaleOf(values);
  const count = Math.min(values.length, MOST_UNITS);
  const flat = layer.shape.length === 1;
  const labelled = count <= 20;
  const tiles = Array.from({ length: count }, (_, unit) => {
    const canvas = h("canvas", {});
    paint(canvas, [values[unit]], { columns: 1, scale });
    const words = `${names?.[unit] ?? `unit ${unit}`}: ${short(values[unit])}`;
    const mine = chosen.layer === layer.name && chosen.filter === unit;
    const tile = h("button", { type: "button", class: mine ? "unit chosen" : "unit", title: words, "aria-label": `${layer.name}, ${words}`, disabled: !flat || layer.kind === "Input" || layer.kind === "Flatten" }, canvas);
    tile.addEventListener("click", () => choose(layer.name, [], unit));
    if (!labelled) return tile;
    return h("div", { class: "labelled" }, tile, h("span", {}, names?.[unit] ?? String(unit)), h("span", { class: "number" }, short(values[unit])));
  });
  const more = values.length > count ? h("span", { class: "faint" }, `and ${values.length - count} more`) : null;
  return h("div", { class: "tiles" }, ...tiles, ...(more ? [more] : []));
}

/**
 * @param {{layers: {name: string, kind: string, parameters: number, size: number | null, histogram: number[], low: number, high: number, gradient: number | null, dead: number | null, kernels: number[][][]}[], warnings: string[]}} states
 */
export function layerTable({ layers, warnings }) {
  const cell = (/** @type {number | null} */ value) => h("td", { class: "number" }, value === null ? "–" : short(value));
  const rows = layers
    .filter(({ parameters, dead }) => parameters || dead !== null)
    .map((layer) =>
      h("tr", {}, h("th", { class: "left" }, layer.name), h("td", {}, layer.parameters.toLocaleString("en")), cell(layer.size), h("td", {}, histogram(layer)), cell(layer.gradient), h("td", { class: "number" }, layer.dead === null ? "–" : `${(100 * layer.dead).toFixed(0)} %`), h("td", { class: "left" }, kernels(layer))),
    );
  const box = h("div", { class: "stack" });
  fill(
    box,
    ...warnings.map((word) => h("p", { class: "problem" }, word)),
    h("div", { class: "scroll" }, h("table", {}, h("tr", {}, ...["layer", "weights", "mean size", "distribution", "mean gradient", "dead units", "filters (mean over channels)"].map((name) => h("th", { class: name === "layer" ? "left" : "" }, name))), ...rows)),
  );
  return box;
}

/** The filters of a convolution as tiles. @param {{name: string, kernels: number[][][]}} layer */
function kernels({ name, kernels: filters }) {
  const scale = Math.max(1e-9, ...filters.flat(2).map(Math.abs));
  const tiles = filters.map((rows, k) => {
    const canvas = h("canvas", { class: "kernel", role: "img", title: `${name}, filter ${k + 1}` });
    paint(canvas, rows.flat(), { columns: rows[0].length, scale });
    return canvas;
  });
  return h("div", { class: "tiles" }, ...tiles);
}

/** @param {{histogram: number[], low: number, high: number}} layer */
function histogram({ histogram: counts, low, high }) {
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, k) => svg("rect", { x: k * 5, y: 30 - (30 * count) / most, width: 4, height: (30 * count) / most, class: "bar" }));
  return svg("svg", { viewBox: `0 0 ${counts.length * 5 || 1} 30`, class: "histogram", role: "img", "aria-label": `weights from ${short(low)} to ${short(high)}` }, svg("title", {}, `${short(low)} to ${short(high)}`), ...bars);
}
