// The lines of a run's log as curves.

/** @typedef {{kind: string, at: number, epoch?: number, batch?: number, rate?: number | null, logs?: Record<string, number | string>, action?: string, value?: number | null, answer?: string}} Row */
/** @typedef {{xs: number[], series: Record<string, number[]>}} Curves */

/** NaN and infinities are texts in the log. @param {unknown} value */
const numeric = (value) => (typeof value === "number" ? value : Number(value));

/**
 * The curves of the finished epochs, and of the steps of the one that is running. A point
 * lies at the number of epochs that were finished then.
 * @param {Row[]} rows
 * @param {number | null} steps of an epoch, where known
 * @returns {Curves}
 */
export function curvesOf(rows, steps) {
  const epochs = rows.filter(({ kind }) => kind === "epoch");
  const last = epochs.length ? /** @type {number} */ (epochs[epochs.length - 1].epoch) : -1;
  const running = steps
    ? rows.filter(({ kind, epoch }) => kind === "step" && /** @type {number} */ (epoch) > last)
    : [];
  const points = [...epochs, ...running];
  const xs = points.map(({ kind, epoch = 0, batch = 0 }) => (kind === "epoch" ? epoch + 1 : epoch + batch / (steps ?? 1)));
  const names = [...new Set(points.flatMap(({ logs }) => Object.keys(logs ?? {})))];
  const series = Object.fromEntries(
    names.map((name) => [name, points.map(({ logs }) => (logs && name in logs ? numeric(logs[name]) : NaN))]),
  );
  return { xs, series };
}

/**
 * Metrics that belong in one chart: a name and its validation.
 * @param {string[]} names
 * @returns {string[]} without "val_", the loss first
 */
export function chartsOf(names) {
  const plain = [...new Set(names.map((name) => name.replace(/^val_/, "")))];
  return plain.filter((name) => name !== "learning_rate").sort((a, b) => Number(b === "loss") - Number(a === "loss"));
}

/** The learning rate after the last epoch, null if it is not known. @param {Row[]} rows */
export function rateOf(rows) {
  return rows.findLast(({ kind, rate }) => kind === "epoch" && rate !== undefined)?.rate ?? null;
}

/**
 * What the page asked last, in words with what came of it.
 * @param {Row[]} rows
 */
export function lastAnswer(rows) {
  const row = rows.findLast(({ kind }) => kind === "command");
  if (!row) return "";
  const words = { stop: "Stop was asked.", pause: "Paused.", go: "It goes on.", rate: `The learning rate is ${row.value} now.` };
  return row.answer ? `The learning rate stays: ${row.answer}` : (/** @type {Record<string, string>} */ (words)[row.action ?? ""] ?? "");
}
