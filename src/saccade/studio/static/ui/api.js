// Calls of the studio's own server; a problem comes back as an Error with its sentence.

const TOKEN = "saccade-studio-token";

/** @param {Response} answer */
async function check(answer) {
  if (answer.ok) return answer;
  const text = await answer.text();
  try {
    throw new Error(JSON.parse(text).problem ?? text);
  } catch (error) {
    throw error instanceof SyntaxError ? new Error(text || answer.statusText) : error;
  }
}

/** @param {string} path @returns {Promise<any>} */
export async function get(path) {
  return (await check(await fetch(path))).json();
}

/** @param {string} path @returns {Promise<ArrayBuffer>} */
export async function getBuffer(path) {
  return (await check(await fetch(path))).arrayBuffer();
}

/** @param {string} path @param {unknown} body @returns {Promise<any>} */
export async function post(path, body) {
  const headers = { "content-type": "application/json", "x-saccade-token": sessionStorage.getItem(TOKEN) ?? "" };
  return (await check(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }))).json();
}

/** Whether this page may change something: it was opened by the address that was printed. */
export const mayChange = () => sessionStorage.getItem(TOKEN) !== null;
