// puppeteer-real-browser: starts the browser itself, attaches to it, and moves a ghost cursor of its own.
import { connect } from "puppeteer-real-browser";
import { AFTER, between, fields, SETTLE, sleep, submit, task } from "./task.mjs";

const { browser, page } = await connect({
  headless: false,
  args: task.flags,
  customConfig: { chromePath: task.chromium, userDataDir: task.profile },
  connectOption: { defaultViewport: null },
  disableXvfb: true,
});
await page.goto(task.url, { waitUntil: "load" });
await sleep(SETTLE);
for (const [name, value] of fields) {
  await page.realCursor.click(`input[name=${name}]`);
  await page.keyboard.type(value, { delay: between(40, 110) });
}
await page.realCursor.click(submit);
await sleep(AFTER);
await browser.close();
