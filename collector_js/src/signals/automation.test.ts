import { afterEach, expect, test, vi } from "vitest";
import { automation } from "./automation.js";

// jsdom's own built-ins are JavaScript, so that natives and getters are the browser tests' to judge (test/automation.browser.test.ts).
const look = () => automation({ pristine: { Function, Reflect } });

const host = window as unknown as Record<string, unknown>;

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  "$cdc_asdjflasutopfhvcZLmcfl_",
  "cdc_adoQpoasnfa76pfcZLmcfl_Array",
  "__playwright__binding__",
  "__pwInitScripts",
  "__webdriver_evaluate",
  "__fxdriver_unwrapped",
  "_Selenium_IDE_Recorder",
  "callPhantom",
  "puppeteerBinding",
])("tells of the driver's global %s", (name) => {
  host[name] = 1;
  expect(look().globals).toEqual([name]);
  delete host[name];
});

test.each(["phantom", "driver", "__pwaPrompt", "dataLayer", "webpackChunk", "Shopify"])(
  "says nothing of a page's %s",
  (name) => {
    host[name] = 1;
    expect(look().globals).toEqual([]);
    delete host[name];
  },
);

test("tells of a driver's attribute, and not of the page's own", () => {
  const root = document.documentElement;
  root.setAttribute("webdriver", "true");
  root.setAttribute("lang", "en");
  expect(look().attributes).toEqual(["webdriver"]);
  root.removeAttribute("webdriver");
});

test("tells where a property hides its prototype's", () => {
  Object.defineProperty(navigator, "webdriver", { value: false, configurable: true });
  Object.defineProperty(navigator, "pageOwn", { value: 1, configurable: true });
  Object.defineProperty(Navigator.prototype, "webdriver", { get: () => true, configurable: true });
  expect(look().own_properties).toEqual(["navigator.webdriver"]);
  for (const name of ["webdriver", "pageOwn"]) delete (navigator as unknown as Record<string, unknown>)[name];
  delete (Navigator.prototype as unknown as Record<string, unknown>).webdriver;
});

test("tells of a getter that answers for a stranger", () => {
  Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false, configurable: true });
  expect(look().getters).toContain("Navigator.webdriver");
  delete (Navigator.prototype as unknown as Record<string, unknown>).webdriver;
});

test("sees through a proxy that hides in the wrapped function's own name, and puts everything back", () => {
  const native = Date.prototype.getTimezoneOffset;
  expect(look().natives).not.toContain("Date.getTimezoneOffset");
  const proxy = new Proxy(native, {});
  Date.prototype.getTimezoneOffset = proxy;
  expect(look().natives).toContain("Date.getTimezoneOffset");
  Date.prototype.getTimezoneOffset = native;
  expect(Object.getPrototypeOf(proxy)).toBe(Function.prototype);
  expect(Object.getPrototypeOf(native)).toBe(Function.prototype);
});
