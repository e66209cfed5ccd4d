/** Names that drivers leave in a page. */

/** Wide on purpose: a driver's next version brings new names of the old kinds, and no page has reason for one of these. */
const DRIVER_NAMES = [
  "^[$_]*[a-z]?dc_[a-z0-9]{15}",
  "^_*\\$?(web|fx|chrome)_?driver",
  "^_+(playwright|pw[A-Z]|pw_|puppeteer|selenium|driver|nightmare|phantom|lastWatir|stagehand|browser_?use)",
  "^(_?phantom|_?selenium|callPhantom|callSelenium|_Selenium_IDE_Recorder|domAutomation|awesomium|spynner|nightmare)",
  "^(calledSelenium|watin|webdriver|cefQuery|CefSharp|cefsharp|geb|puppeteer|playwright)$|^(puppeteer|playwright)_",
  "WEBDRIVER|\\$wdc_|\\$chrome_asyncScriptInfo|webdriver_?async",
].join("|");

const DRIVER_NAME = new RegExp(DRIVER_NAMES);
const DRIVER_ATTRIBUTE = /^(web|fx|chrome)?driver|^selenium|^(playwright|puppeteer)-?|^cd_frame_id_|^xmlns:webdriver/;

/** The wire takes 64 names of 128 characters each. */
const NAMES_MAX = 32;
const NAME_MAX = 64;

const short = (names: string[]): string[] => names.slice(0, NAMES_MAX).map((name) => name.slice(0, NAME_MAX));

export const driverGlobals = (): string[] =>
  short([window, document].flatMap(Object.getOwnPropertyNames).filter((name) => DRIVER_NAME.test(name)));

export const driverAttributes = (): string[] =>
  short(document.documentElement.getAttributeNames().filter((name) => DRIVER_ATTRIBUTE.test(name)));

/** Where a property on the thing itself hides the one of its prototype. `document` holds forms by name too: a short list. */
export function ownProperties(): string[] {
  const { userAgentData, permissions, mediaDevices, plugins } = navigator as Navigator & { userAgentData?: object };
  const things = Object.entries({ navigator, screen, userAgentData, permissions, mediaDevices, plugins });
  const found = things.flatMap(([name, thing]) => hiding(thing).map((key) => `${name}.${key}`));
  const onDocument = ["createElement", "visibilityState", "hasFocus"].filter((key) => Object.hasOwn(document, key));
  return short([...found, ...onDocument.map((key) => `document.${key}`)]);
}

const hiding = (thing: object | undefined): string[] =>
  thing ? Object.getOwnPropertyNames(thing).filter((key) => key in Object.getPrototypeOf(thing)) : [];
