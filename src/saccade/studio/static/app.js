// The frame of all tabs: which page the path names, the theme, the token of this run.

import { fill, h } from "./ui/dom.js";

/**
 * @typedef {object} Page
 * @property {(root: HTMLElement) => (() => void)} mount builds the page; gives what undoes it
 */

/** @type {{path: string, name: string, load: () => Promise<Page>}[]} */
const TABS = [
  { path: "/playground", name: "Playground", load: () => import("./pages/playground/page.js") },
  { path: "/convolution", name: "Convolution", load: () => import("./pages/convolution/page.js") },
  { path: "/race", name: "Optimiser race", load: () => import("./pages/race/page.js") },
  { path: "/functions", name: "Functions", load: () => import("./pages/functions/page.js") },
  { path: "/augment", name: "Augment", load: () => import("./pages/augment/page.js") },
  { path: "/training", name: "Training", load: () => import("./pages/training/page.js") },
];

const KEY = "saccade-studio-token";

/** The token of the opened address goes into this tab's memory and out of the address. */
function keepToken() {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (!token) return;
  sessionStorage.setItem(KEY, token);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

function theme() {
  const chosen = localStorage.getItem("saccade-studio-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  document.getElementById("theme")?.addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("saccade-studio-theme", dark ? "light" : "dark");
    dispatchEvent(new Event("themechange"));
  });
}

async function open() {
  const root = /** @type {HTMLElement} */ (document.getElementById("page"));
  const tab = TABS.find(({ path }) => location.pathname === path) ?? TABS[0];
  document.title = `${tab.name} · saccade studio`;
  fill(
    /** @type {HTMLElement} */ (document.getElementById("tabs")),
    ...TABS.map(({ path, name }) =>
      h("a", { href: path, "aria-current": path === tab.path ? "page" : null }, name),
    ),
  );
  try {
    const page = await tab.load();
    fill(root);
    page.mount(root);
    document.body.dataset.ready = tab.path;
  } catch (error) {
    fill(root, h("p", { class: "problem", role: "alert" }, `This page could not start: ${error}`));
    throw error;
  }
}

keepToken();
theme();
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
await open();
