// Puppeteer and what shares its interface: puppeteer-extra with its stealth plugin, rebrowser-puppeteer-core; over CDP, and over BiDi with Firefox.
import { AFTER, between, fields, headless, options, SET_BY_SCRIPT, SETTLE, sleep, submit, task } from "./task.mjs";

async function tool() {
  const core = (await import(options.package ?? "puppeteer-core")).default;
  if (!options.stealth) return core;
  const { addExtra } = await import("puppeteer-extra");
  const stealth = (await import("puppeteer-extra-plugin-stealth")).default;
  const extra = addExtra(core);
  extra.use(stealth());
  return extra;
}

function launching() {
  const shared = { headless, userDataDir: task.profile, defaultViewport: headless ? undefined : null };
  if (options.browser === "firefox") return { ...shared, browser: "firefox", executablePath: task.firefox, extraPrefsFirefox: options.preferences };
  const ignoreDefaultArgs = options.hidden ? ["--enable-automation"] : undefined;
  const hiding = options.hidden ? ["--disable-blink-features=AutomationControlled"] : [];
  const args = [...task.flags, ...hiding, ...(options.flags ?? [])];
  return { ...shared, executablePath: task.chromium, args, ignoreDefaultArgs };
}

async function dress(page) {
  if (options.userAgent) await page.setUserAgent(options.userAgent);
  if (options.timezone) await page.emulateTimezone(options.timezone);
  if (options.headers) await page.setExtraHTTPHeaders(options.headers);
  if (options.init) await page.evaluateOnNewDocument(options.init);
  if (!options.inject) return;
  const { FingerprintGenerator } = await import("fingerprint-generator");
  const { FingerprintInjector } = await import("fingerprint-injector");
  const made = new FingerprintGenerator({ devices: ["desktop"], browsers: ["chrome"] }).getFingerprint();
  await new FingerprintInjector().attachFingerprintToPuppeteer(page, made);
}

/** How a letter is typed at a varying pace. */
async function slowly(page, text) {
  for (const letter of text) {
    await page.keyboard.type(letter, { delay: between(30, 90) });
    await sleep(between(20, 140));
  }
}

/** A bent way over whole pixels, and a press off the centre. */
async function bentPress(page, selector, from) {
  const { x, y, width, height } = await (await page.$(selector)).boundingBox();
  const to = { x: Math.round(x + width * between(0.2, 0.8)), y: Math.round(y + height * between(0.3, 0.7)) };
  const bend = between(-60, 60);
  for (let part = 1 / 30; part < 1; part += 1 / 30) {
    const aside = Math.sin(Math.PI * part) * bend;
    await page.mouse.move(Math.round(from.x + (to.x - from.x) * part + aside), Math.round(from.y + (to.y - from.y) * part + aside / 2));
    await sleep(between(5, 12));
  }
  await page.mouse.move(to.x, to.y);
  await page.mouse.down();
  await sleep(between(60, 120));
  await page.mouse.up();
  return to;
}

/** A letter with Shift where it needs it. */
async function press(page, letter) {
  const shift = /[A-Z@_!]/.test(letter);
  if (shift) await page.keyboard.down("Shift");
  await sleep(between(40, 80));
  await page.keyboard.down(letter);
  await sleep(between(45, 125));
  await page.keyboard.up(letter);
  if (shift) await page.keyboard.up("Shift");
  await sleep(between(30, 210));
}

async function carefully(page) {
  let at = { x: between(300, 900), y: between(300, 600) };
  for (const [name, value] of fields) {
    at = await bentPress(page, `input[name=${name}]`, at);
    for (const letter of value) await press(page, letter);
  }
  await bentPress(page, submit, at);
}

async function fill(page) {
  if (options.fill === "careful") return carefully(page);
  if (options.fill === "script") return page.evaluate(`(${SET_BY_SCRIPT})(${JSON.stringify(task.fields)})`);
  const hand = options.fill === "ghost-cursor" ? (await import("ghost-cursor")).createCursor(page) : undefined;
  for (const [name, value] of fields) {
    const box = `input[name=${name}]`;
    if (hand) {
      await hand.click(box);
      await slowly(page, value);
    } else await page.type(box, value, { delay: options.delay ?? 0 });
  }
  await (hand ? hand.click(submit) : page.click(submit));
}

const browser = await (await tool()).launch(launching());
const page = (await browser.pages())[0] ?? (await browser.newPage());
await dress(page);
await page.goto(task.url, { waitUntil: "load" });
await sleep(SETTLE);
await fill(page);
await sleep(AFTER);
await browser.close();
