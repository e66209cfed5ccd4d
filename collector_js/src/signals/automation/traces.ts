/** Names that drivers leave in a page. */

/** Wide on purpose: a driver's next version brings new names of the old kinds. `phantom` is a wallet, `driver` a page tour. */
const NAME =
  /[wW]eb[dD]river|WEBDRIVER|[sS]elenium|playwright|puppeteer|(^_|call)[pP]hantom|cdc_\w{9}|asyncScriptInfo|^__(pw[A-Z_]|(fx)?driver)/;
const ATTRIBUTE = /driver|selenium|cd_frame/;

/** The wire takes 64 names of 128 characters each. */
const matching = (names: string[], kind: RegExp): string[] =>
  names.flatMap((name) => (kind.test(name) ? name.slice(0, 99) : [])).slice(0, 32);

export const driverGlobals = (): string[] => matching([window, document].flatMap(Object.getOwnPropertyNames), NAME);

export const driverAttributes = (): string[] => matching(document.documentElement.getAttributeNames(), ATTRIBUTE);

/** Where a property on the thing itself hides the one of its prototype. `document` holds its forms by name too: one is asked. */
export function ownProperties(): string[] {
  const { userAgentData } = navigator as Navigator & { userAgentData?: object };
  const found = Object.entries({ navigator, screen, userAgentData, permissions: navigator.permissions }).flatMap(
    ([name, thing]) =>
      Object.getOwnPropertyNames(thing || {}).flatMap((key) =>
        key in Object.getPrototypeOf(thing) ? `${name}.${key}` : [],
      ),
  );
  if (Object.getOwnPropertyDescriptor(document, "createElement")) found.push("document.createElement");
  return found.slice(0, 32);
}
