import { expect, test } from "vitest";
import type { Automation } from "../src/signals/automation.js";
import { type Bench, inBrowsers, ready, tagOf } from "./browser.js";

async function look(bench: Bench, disguise = ""): Promise<Automation> {
  const { page, shop, gate } = bench;
  await page.goto(shop.page({ head: `<script>${disguise}</script>${tagOf(gate)}` }));
  await ready(bench);
  await page.evaluate("hushgate.execute()");
  const sample = gate.visits[0]?.payload.signals.automation;
  if (!sample || !("v" in sample)) throw new Error(`no automation signal: ${JSON.stringify(sample)}`);
  return sample.v;
}

const CLEAN = { globals: [], attributes: [], natives: [], own_properties: [], getters: [] };

inBrowsers("the automation signal", (bench) => {
  test("finds nothing in the browser as it is", async () => {
    expect(await look(bench)).toEqual(CLEAN);
  });

  test("leaves everything as it was", async () => {
    const state = `[...["userAgent", "webdriver"].map((name) => Object.getOwnPropertyDescriptor(Navigator.prototype, name).get),
      Document.prototype.createElement].every((fn) => Object.getPrototypeOf(fn) === Function.prototype)`;
    await look(bench);
    expect(await bench.page.evaluate(state)).toBe(true);
  });

  test.each([
    [
      "a getter of its own",
      'Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false, configurable: true })',
      { natives: ["Navigator.webdriver"], getters: ["Navigator.webdriver"] },
    ],
    [
      "a value in a getter's place",
      'Object.defineProperty(Navigator.prototype, "platform", { value: "Win32", configurable: true })',
      { natives: ["Navigator.platform"] },
    ],
    [
      "a property on the instance",
      'Object.defineProperty(navigator, "languages", { get: () => ["en-US"] })',
      { own_properties: ["navigator.languages"] },
    ],
    [
      "a proxied getter",
      `const held = Object.getOwnPropertyDescriptor(Navigator.prototype, "userAgent");
       Object.defineProperty(Navigator.prototype, "userAgent", { ...held, get: new Proxy(held.get, { apply: () => "Mozilla" }) })`,
      { natives: ["Navigator.userAgent"], getters: ["Navigator.userAgent"] },
    ],
    [
      "a proxied method that keeps its manners",
      `const native = HTMLCanvasElement.prototype.toDataURL;
       HTMLCanvasElement.prototype.toDataURL = new Proxy(native, { apply: (...call) => Reflect.apply(...call) })`,
      { natives: ["HTMLCanvasElement.toDataURL"] },
    ],
    [
      "a wrapped method that lies about its text",
      `const native = Date.prototype.getTimezoneOffset, print = Function.prototype.toString;
       const fake = { getTimezoneOffset() { return 300; } }.getTimezoneOffset;
       Date.prototype.getTimezoneOffset = fake;
       Function.prototype.toString = function toString() { return print.call(this === fake ? native : this); }`,
      { natives: ["Date.getTimezoneOffset"] },
    ],
    [
      "a method on the document",
      "document.createElement = Document.prototype.createElement.bind(document)",
      { own_properties: ["document.createElement"] },
    ],
    ["a driver's global", "window.$cdc_asdjflasutopfhvcZLmcfl_ = 1", { globals: ["$cdc_asdjflasutopfhvcZLmcfl_"] }],
    [
      "a driver's attribute",
      'document.documentElement.setAttribute("webdriver", "true")',
      { attributes: ["webdriver"] },
    ],
  ])("finds %s", async (_what, disguise, found) => {
    expect(await look(bench, disguise)).toEqual({ ...CLEAN, ...found });
  });

  test("says nothing of what ordinary pages wrap", async () => {
    const page = `for (const [owner, name] of [[window, "fetch"], [window, "setTimeout"], [history, "pushState"],
      [EventTarget.prototype, "addEventListener"], [Function.prototype, "toString"], [Element.prototype, "attachShadow"]]) {
      const native = owner[name];
      owner[name] = function (...given) { return native.apply(this, given); };
    }
    window.phantom = {}; window.driver = {}; navigator.pageOwn = 1;`;
    expect(await look(bench, page)).toEqual(CLEAN);
  });
});
