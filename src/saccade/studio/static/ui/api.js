// Calls of the studio's own server; a problem comes back as an Error with its sentence.

const TOKEN = "saccade-studio-token";

/** @param {Response} answer */
async function check(answer) {
  if (answer.ok) return answer;
  throw new Error((await sentence(answer)) || answer.statusText);
}

/** @param {Response} answer */
async function sentence(answer) {
  const text = await answer.text();
  return text.startsWith("{") ? JSON.parse(text).problem : text;
}

/** What cannot be done is an answer with a sentence. @param {Response} answer */
async function read(answer) {
  const found = await (await check(answer)).json();
  if (found.problem) throw new Error(found.problem);
  return found;
}

/** @param {string} path @param {RequestInit} [options] */
async function ask(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The studio does not answer: it may have ended. Start it again and open its new address.");
  }
}

/** @param {string} path @returns {Promise<any>} */
export async function get(path) {
  return read(await ask(path));
}

/** @param {string} path @returns {Promise<ArrayBuffer>} */
export async function getBuffer(path) {
  const answer = await check(await ask(path));
  if (answer.headers.get("content-type") === "application/json") await read(answer);
  return answer.arrayBuffer();
}

/** @param {string} path @param {unknown} body @returns {Promise<any>} */
export async function post(path, body) {
  const headers = { "content-type": "application/json", "x-saccade-token": sessionStorage.getItem(TOKEN) ?? "" };
  return read(await ask(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Whether this page may change something: it was opened by the address that was printed. */
export const mayChange = () => sessionStorage.getItem(TOKEN) !== null;

/** @param {string} path @param {Blob} file @returns {Promise<any>} */
export async function postFile(path, file) {
  const headers = { "content-type": "application/octet-stream", "x-saccade-token": sessionStorage.getItem(TOKEN) ?? "" };
  return read(await ask(path, { method: "POST", headers, body: file }));
}
