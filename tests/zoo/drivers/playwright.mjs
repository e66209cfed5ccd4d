// Playwright for Node and what shares its interface: playwright-extra with the stealth plugin, rebrowser-playwright-core.
import { AFTER, fields, headless, options, SETTLE, submit, task } from "./task.mjs";

async function tool() {
  const core = await import(options.package ?? "playwright-core");
  const { chromium } = core.default ?? core;
  if (!options.stealth) return chromium;
  const { addExtra } = await import("playwright-extra");
  const extra = addExtra(chromium);
  extra.use((await import("puppeteer-extra-plugin-stealth")).default());
  return extra;
}

const browser = await (await tool()).launch({ executablePath: task.chromium, headless, args: task.flags });
const page = await browser.newPage(headless ? {} : { viewport: null });
await page.goto(task.url, { waitUntil: "load" });
await page.waitForTimeout(SETTLE);
for (const [name, value] of fields) {
  const box = page.locator(`input[name=${name}]`);
  await (options.fill === "fill" ? box.fill(value) : box.pressSequentially(value, { delay: 45 }));
}
await page.click(submit);
await page.waitForTimeout(AFTER);
await browser.close();
