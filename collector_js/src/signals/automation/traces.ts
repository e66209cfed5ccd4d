/** Names that drivers leave in a page. */

/**
 * Wide on purpose: a driver's next version brings new names of the old kinds. `phantom` alone is a wallet, `__pwa` an app.
 */
const DRIVER_NAME =
  /[wW]eb[dD]river|WEBDRIVER|[sS]elenium|playwright|puppeteer|__nightmare|(^_|call)[pP]hantom|Watir|awesomium|domAutomation|cdc_\w{9}|asyncScriptInfo|^__(pw[A-Z_]|fxdriver|driver)/;
const DRIVER_ATTRIBUTE = /driver|selenium|^cd_frame/;

/** The wire takes 64 names of 128 characters each. */
const wired = (names: string[], kind: RegExp): string[] =>
  names
    .filter((name) => kind.test(name))
    .slice(0, 32)
    .map((name) => name.slice(0, 64));

export const driverGlobals = (): string[] => wired([window, document].flatMap(Object.getOwnPropertyNames), DRIVER_NAME);

export const driverAttributes = (): string[] => wired(document.documentElement.getAttributeNames(), DRIVER_ATTRIBUTE);

/** Where a property on the thing itself hides the one of its prototype. `document` holds its forms by name too: one is asked. */
export function ownProperties(): string[] {
  const { userAgentData, permissions } = navigator as Navigator & { userAgentData?: object };
  const found = Object.entries({ navigator, screen, userAgentData, permissions }).flatMap(([name, thing]) =>
    Object.getOwnPropertyNames(thing || {})
      .filter((key) => key in Object.getPrototypeOf(thing))
      .map((key) => `${name}.${key}`),
  );
  if (Object.getOwnPropertyDescriptor(document, "createElement")) found.push("document.createElement");
  return wired(found, /./);
}
