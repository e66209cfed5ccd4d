// Starts the real browsers that the tests drive. HUSHGATE_CHROMIUM and HUSHGATE_FIREFOX say where they are.
import { existsSync } from "node:fs";
import { type Browser, launch, type Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { type Shop, startShop } from "./shop.mjs";
import { type Gate, startGate } from "./stub-gate.mjs";

export type Kind = "chrome" | "firefox";

const PATHS: Record<Kind, string> = {
  chrome: process.env.HUSHGATE_CHROMIUM ?? "/usr/bin/chromium",
  firefox: process.env.HUSHGATE_FIREFOX ?? "/usr/bin/firefox-esr",
};

const QUIET =
  "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(" ");

// As root, as in a container of CI, Chromium does not start with its sandbox.
const CHROMIUM = process.getuid?.() === 0 ? [...QUIET, "--no-sandbox"] : QUIET;

// A test browser keeps no pages in its history unless it is told to.
const FIREFOX = { "browser.sessionhistory.max_total_viewers": 50, "fission.bfcacheInParent": true };

const start = (kind: Kind): Promise<Browser> =>
  launch({
    browser: kind,
    executablePath: PATHS[kind],
    headless: true,
    // The driver's habit is to have pages forgotten when they are left; a person's browser keeps them.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    ...(kind === "chrome" ? { args: CHROMIUM } : { extraPrefsFirefox: FIREFOX }),
  });

/** What the tests of one browser share. The gate, the shop and the page are new for each test. */
export interface Bench {
  browser: Browser;
  gate: Gate;
  shop: Shop;
  page: Page;
  /** What the page said on its console, and errors that nobody caught. */
  noise: string[];
}

/** Describes the same for every browser there is. In CI a missing browser is a failure, elsewhere it is told. */
export function inBrowsers(
  name: string,
  body: (bench: Bench, kind: Kind) => void,
  kinds: Kind[] = ["chrome", "firefox"],
): void {
  for (const kind of kinds) {
    const missing = !existsSync(PATHS[kind]) && process.env.CI !== "true";
    if (missing) console.warn(`skipped: "${name}" needs ${PATHS[kind]}`);
    describe.skipIf(missing)(`${name} in ${kind}`, () => {
      const bench = {} as Bench;
      setUp(bench, kind);
      body(bench, kind);
    });
  }
}

function setUp(bench: Bench, kind: Kind): void {
  beforeAll(async () => {
    bench.browser = await start(kind);
  });
  afterAll(() => bench.browser.close());
  beforeEach(async () => {
    bench.gate = await startGate();
    bench.shop = await startShop();
    bench.page = await bench.browser.newPage();
    bench.noise = [];
    bench.page.on("console", (message) => void bench.noise.push(message.text()));
    bench.page.on("pageerror", (error) => void bench.noise.push(String(error)));
  });
  afterEach(async () => {
    await bench.page.close();
    bench.gate.close();
    bench.shop.close();
  });
}

export const tagOf = (gate: Gate, attributes = ""): string =>
  `<script async src="${gate.script}" data-sitekey="k" data-action="signup" ${attributes}></script>`;

/** Waits for something to be true on our side of the wire. */
export async function until<Value>(look: () => Value | Promise<Value>, ms = 8000): Promise<NonNullable<Value>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await look();
    if (value) return value as NonNullable<Value>;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A plain evaluation: waitForFunction leaves names of the driver's in the page, and the collector would tell of them. */
export const runs = ({ page }: Bench, script: string): Promise<unknown> => until(() => page.evaluate(script));

/** The collector has read its environment, and its session is there: from now on a submit takes one request. */
export const ready = (bench: Bench): Promise<unknown> =>
  Promise.all([runs(bench, "!!window.hushgate?.execute"), until(() => bench.gate.sessions.size), pause(700)]);
