/** Whether built-in functions are the browser's own. Asked through a fresh realm, which the page's scripts have not touched. */

import type { Scope } from "../../realm.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is looked at may be anything
type Any = any;

/**
 * Those that a disguise must change, and that pages leave alone. Not here, since ordinary pages wrap them: fetch, timers,
 * history, addEventListener (error reporters), Function.prototype.toString (core-js, zone.js), attachShadow.
 */
const METHODS = [
  "Document.createElement",
  "HTMLCanvasElement.toDataURL",
  "HTMLCanvasElement.getContext",
  "WebGLRenderingContext.getParameter",
  "WebGL2RenderingContext.getParameter",
  "WebGLRenderingContext.getExtension",
  "CanvasRenderingContext2D.getImageData",
  "Permissions.query",
  "NavigatorUAData.getHighEntropyValues",
  "HTMLMediaElement.canPlayType",
  "Date.getTimezoneOffset",
];

const GETTERS = [
  "Navigator.webdriver",
  "Navigator.userAgent",
  "Navigator.appVersion",
  "Navigator.platform",
  "Navigator.vendor",
  "Navigator.language",
  "Navigator.languages",
  "Navigator.plugins",
  "Navigator.mimeTypes",
  "Navigator.hardwareConcurrency",
  "Navigator.deviceMemory",
  "Navigator.maxTouchPoints",
  "Navigator.userAgentData",
  "Navigator.connection",
  "Screen.width",
  "Screen.height",
  "Screen.availWidth",
  "Screen.availHeight",
  "Screen.colorDepth",
  "HTMLIFrameElement.contentWindow",
];

/** Where a name leads: the prototype, and what it holds under the name. */
function find(path: string): { proto: Any; key: string; held: PropertyDescriptor | undefined } {
  const [owner, key] = path.split(".") as [string, string];
  const proto = (window as Any)[owner]?.prototype;
  return { proto, key, held: proto && Object.getOwnPropertyDescriptor(proto, key) };
}

/** Engines differ in spaces and in saying `get`; a proxy or a bound function prints without its name. */
const printsNative = (fn: Any, name: string, { Function: { prototype } }: Scope): boolean =>
  new RegExp(`^function (get )?${name}\\(\\) ?\\{\\s*\\[native code\\]\\s*\\}$`).test(prototype.toString.call(fn));

/**
 * A function cannot become its own ancestor, and says so. A proxy passes the change on to its target, where it is no circle:
 * https://tc39.es/ecma262/#sec-ordinarysetprototypeof, step 8. What was changed is put back at once.
 */
function isProxy(fn: Any, { Reflect: { getPrototypeOf, setPrototypeOf } }: Scope): boolean {
  const before = getPrototypeOf(fn);
  const took = setPrototypeOf(fn, Object.create(fn));
  const restored = setPrototypeOf(fn, before);
  return took || !restored;
}

const isNative = (fn: Any, name: string, fresh: Scope): boolean =>
  typeof fn === "function" && printsNative(fn, name, fresh) && !isProxy(fn, fresh);

/** Built-ins that do not print as native code, or are wrapped. */
export function alteredNatives(fresh: Scope): string[] {
  const functions: [string, Any][] = [
    ...METHODS.map((path): [string, Any] => [path, find(path).held?.value]),
    ...GETTERS.map((path): [string, Any] => [path, find(path).held?.get]),
    ["Intl.DateTimeFormat.resolvedOptions", Intl.DateTimeFormat.prototype.resolvedOptions],
    ["Notification.permission", window.Notification && Object.getOwnPropertyDescriptor(Notification, "permission")?.get],
    // The fresh realm's own answer is only worth something where nothing wrapped it on the way in.
    ["fresh.Function.toString", fresh.Function.prototype.toString],
  ];
  const altered = functions.filter(([path, fn]) => fn && !isNative(fn, path.split(".").pop() as string, fresh));
  return altered.map(([path]) => path);
}

/** Getters that are values, that have a prototype of their own, or that answer for an object which is not theirs. */
export const oddGetters = (): string[] =>
  GETTERS.filter((path) => {
    const { proto, held } = find(path);
    return held && (!held.get || Object.hasOwn(held.get, "prototype") || answersFor(held.get, Object.create(proto)));
  });

function answersFor(getter: Any, stranger: object): boolean {
  try {
    getter.call(stranger);
    return true;
  } catch (error) {
    return !(error instanceof TypeError);
  }
}
