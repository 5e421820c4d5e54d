// Elements by name, attributes and children: all that the pages need of a framework.

/**
 * @typedef {Record<string, unknown>} Props "on..." are listeners, "class" and "data-..." are
 * attributes, false and null leave an attribute out
 */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  apply(element, props);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(element, props);
  element.append(...children);
  return element;
}

/** @param {Element} element @param {Props} props */
function apply(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
}

/**
 * Puts children in place of what was there; who was at a control by keys stays at it.
 * @param {Element} element @param {...(Node | string | null)} children
 */
export function fill(element, ...children) {
  const focused = document.activeElement;
  const held = focused instanceof HTMLElement && element.contains(focused) && element !== focused;
  const place = held ? controlsOf(element).indexOf(focused) : -1;
  element.replaceChildren(...children.filter((child) => child !== null));
  // Once all that is being built is there: its listeners may look at it.
  if (held) queueMicrotask(() => goBack(element, focused.dataset.testid, place));
}

/** @param {Element} element @returns {HTMLElement[]} */
const controlsOf = (element) => Array.from(element.querySelectorAll("button,input,select,textarea,summary,[tabindex]"));

/** @param {Element} element @param {string | undefined} name of the control @param {number} place */
function goBack(element, name, place) {
  if (document.activeElement !== document.body) return;
  const controls = controlsOf(element);
  const found = (name && controls.find((control) => control.dataset.testid === name)) || controls[place];
  found?.focus({ preventScroll: true });
}

/**
 * Gives a text to the browser as a file.
 * @param {string} name @param {string | Blob} content @param {string} [type]
 */
export function download(name, content, type = "text/plain") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
