// A page without a browser: jsdom and happy-dom run the page's scripts on a DOM of their own.
import { AFTER, fields, options, SETTLE, sleep, submit, task } from "./task.mjs";

/** Node's fetch with the headers that a browser would send from this page. */
const from = (page) => (url, { body, headers, ...init } = {}) => {
  const { origin, href } = new URL(page);
  const form = body && typeof body !== "string" && { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };
  return fetch(url, { ...init, body: body && String(body), headers: { Origin: origin, Referer: href, ...form, ...headers } });
};

async function jsdom() {
  const { JSDOM } = await import("jsdom");
  const given = { fetch: from(task.url), TextEncoder, TextDecoder, AbortSignal, Response, Request, Headers, MessageChannel, CSS: { escape: (name) => name } };
  const beforeParse = (window) => {
    Object.assign(window, given);
    Object.defineProperty(window, "crypto", { value: crypto });
    Object.defineProperty(window, "isSecureContext", { value: true });
  };
  const { window } = await JSDOM.fromURL(task.url, { runScripts: "dangerously", resources: "usable", pretendToBeVisual: true, beforeParse });
  return window;
}

async function happy() {
  const { Browser } = await import("happy-dom");
  const page = new Browser({ settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true } }).newPage();
  await page.goto(task.url);
  return page.mainFrame.window;
}

process.on("uncaughtException", () => {}); // a page's script that fails is the page's own affair, as in a browser
process.on("unhandledRejection", () => {});
const window = await (options.package === "jsdom" ? jsdom() : happy());
await sleep(SETTLE);
for (const [name, value] of fields) {
  const box = window.document.querySelector(`input[name=${name}]`);
  box.value = value;
  for (const type of ["input", "change"]) box.dispatchEvent(new window.Event(type, { bubbles: true }));
}
window.document.querySelector(submit).click();
await sleep(AFTER + 4000);
process.exit(0);
