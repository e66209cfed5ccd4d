// A page without a browser: jsdom and happy-dom run the page's scripts on a DOM of their own.
import { AFTER, fields, options, SETTLE, sleep, submit, task } from "./task.mjs";

async function jsdom() {
  const { JSDOM } = await import("jsdom");
  const { window } = await JSDOM.fromURL(task.url, { runScripts: "dangerously", resources: "usable", pretendToBeVisual: true });
  Object.assign(window, { fetch, TextEncoder, TextDecoder, AbortSignal, Response, Request, Headers });
  Object.defineProperty(window, "crypto", { value: crypto });
  Object.defineProperty(window, "isSecureContext", { value: true });
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
