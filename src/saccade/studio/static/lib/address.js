// A tab's whole state in the address: #name=value&name=value. Each tab declares its fields;
// reading says what was understood and what was not, and takes defaults for the rest.

/**
 * One field of a state.
 * @template T
 * @typedef {object} Field
 * @property {T} initial
 * @property {(text: string) => T} read throws Error with a sentence about the text
 * @property {(value: T) => string | null} write null: left out of the address
 */
/** @typedef {Record<string, Field<any>>} Schema */
/** @typedef {Record<string, any>} State */
/** @typedef {{name: string, text: string, problem: string}} Problem */

const WHOLE = /^[+-]?\d+$/;

/**
 * @param {number} initial
 * @param {{low?: number, high?: number, whole?: boolean}} [limits]
 * @returns {Field<number>}
 */
export function number(initial, { low = -Infinity, high = Infinity, whole = false } = {}) {
  return {
    initial,
    read: (text) => {
      const value = Number(text);
      if (text.trim() === "" || Number.isNaN(value)) throw new Error("is not a number");
      if (whole && !WHOLE.test(text)) throw new Error("is not a whole number");
      if (value < low || value > high) throw new Error(`is not from ${low} to ${high}`);
      return value;
    },
    write: String,
  };
}

/**
 * @param {boolean} initial
 * @returns {Field<boolean>}
 */
export function flag(initial) {
  return { initial, read: (text) => text !== "false", write: String };
}

/**
 * @param {string} initial
 * @param {readonly string[]} names
 * @returns {Field<string>}
 */
export function choice(initial, names) {
  return {
    initial,
    read: (text) => {
      if (!names.includes(text)) throw new Error(`is none of ${names.join(", ")}`);
      return text;
    },
    write: (value) => value,
  };
}

/**
 * @param {string} initial
 * @param {number} [longest]
 * @returns {Field<string>}
 */
export function text(initial, longest = 4000) {
  return {
    initial,
    read: (value) => {
      if (value.length > longest) throw new Error(`is longer than ${longest} letters`);
      return value;
    },
    write: (value) => value || null,
  };
}

/**
 * A list of numbers between commas; an empty text is an empty list.
 * @param {number[]} initial
 * @param {{most?: number, low?: number, high?: number, whole?: boolean}} [limits]
 * @returns {Field<number[]>}
 */
export function numbers(initial, { most = 1000, ...limits } = {}) {
  const each = number(0, limits);
  return {
    initial,
    read: (value) => {
      const parts = value.trim() === "" ? [] : value.split(",");
      if (parts.length > most) throw new Error(`has ${parts.length} numbers, at most ${most}`);
      return parts.map((part) => {
        try {
          return each.read(part);
        } catch (error) {
          throw new Error(`has "${part}", which ${/** @type {Error} */ (error).message}`);
        }
      });
    },
    write: (value) => value.join(","),
  };
}

/** @param {string} value */
function decode(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Error("is not well-formed (a % sign without two digits)");
  }
}

/**
 * Reads an address, or any text with a hash in it.
 * @param {string} address
 * @param {Schema} schema
 * @param {readonly string[]} [silent] names that are known and mean nothing here
 * @returns {{state: State, problems: Problem[]}}
 */
export function read(address, schema, silent = []) {
  /** @type {State} */
  const state = Object.fromEntries(
    Object.entries(schema).map(([name, field]) => [name, structuredClone(field.initial)]),
  );
  /** @type {Problem[]} */
  const problems = [];
  const hash = address.includes("#") ? address.slice(address.indexOf("#") + 1) : address;
  for (const part of hash.split("&").filter(Boolean)) {
    const at = part.indexOf("=");
    const name = at < 0 ? part : part.slice(0, at);
    const raw = at < 0 ? "" : part.slice(at + 1);
    if (silent.includes(name) || name.endsWith("_hide")) continue;
    try {
      if (!Object.hasOwn(schema, name)) throw new Error("is no setting of this page");
      if (at < 0) throw new Error("has no value");
      state[name] = schema[name].read(decode(raw));
    } catch (error) {
      problems.push({ name, text: raw, problem: /** @type {Error} */ (error).message });
    }
  }
  return { state, problems };
}

/**
 * @param {State} state
 * @param {Schema} schema
 * @param {{all?: boolean}} [options] `all` writes defaults too
 * @returns {string} without "#"
 */
export function write(state, schema, { all = false } = {}) {
  return Object.entries(schema)
    .map(([name, field]) => {
      const value = field.write(state[name]);
      const isDefault = value === field.write(field.initial);
      return value === null || (isDefault && !all) ? null : `${name}=${encode(value)}`;
    })
    .filter((part) => part !== null)
    .join("&");
}

/** Commas and points stay readable. @param {string} value */
function encode(value) {
  return encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3B", ";");
}

/** @param {Problem[]} problems @returns {string[]} one sentence each */
export function sentences(problems) {
  return problems.map(({ name, text: value, problem }) =>
    problem === "is no setting of this page"
      ? `"${name}" ${problem}; left out.`
      : `${name}=${value}: "${value}" ${problem}; the default is used.`,
  );
}
