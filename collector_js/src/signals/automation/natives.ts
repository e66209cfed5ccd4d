/** Whether built-in functions are the browser's own. Asked through a realm that the page's scripts have not touched. */

import type { Pristine } from "../../realm.js";

// biome-ignore lint/suspicious/noExplicitAny: what is looked at may be anything
type Any = any;

/**
 * What a disguise must change, and pages leave alone, by the owner of the prototype. Not here, since ordinary pages wrap them:
 * fetch, timers, history, addEventListener (error reporters), Function.prototype.toString (core-js, zone.js), attachShadow.
 */
const WATCHED = {
  // The fresh realm's own: its word on the others is only worth something where nothing wrapped it on the way in.
  Function: "toString",
  DateTimeFormat: "resolvedOptions",
  Document: "createElement",
  Permissions: "query",
  Navigator:
    "webdriver userAgent platform vendor language languages plugins " +
    "hardwareConcurrency deviceMemory maxTouchPoints userAgentData",
  WebGL2RenderingContext: "getParameter",
  HTMLCanvasElement: "getContext toDataURL",
  HTMLIFrameElement: "contentWindow",
  NavigatorUAData: "getHighEntropyValues",
  Screen: "width height availWidth availHeight",
  Date: "getTimezoneOffset",
  WebGLRenderingContext: "getParameter getExtension",
};

/**
 * Engines differ in spaces and in saying `get`; a proxy or a bound function prints without its name. And a function cannot become
 * its own ancestor, while a proxy passes the change on to its target, where it is no circle
 * (https://tc39.es/ecma262/#sec-ordinarysetprototypeof, step 8); what was changed is put back at once.
 */
function isNative(fn: Any, name: string, pristine: Pristine): boolean {
  if (typeof fn !== "function") return false;
  const printed = pristine.Function.prototype.toString.call(fn).replace(/get |\s(?!code)/g, "");
  const reflect = pristine.Reflect;
  const before = reflect.getPrototypeOf(fn);
  const took = reflect.setPrototypeOf(fn, Object.create(fn));
  return reflect.setPrototypeOf(fn, before) && !took && printed === `function${name}(){[native code]}`;
}

/** A native getter has no prototype, and throws for an object that is not its own. */
function isOdd(getter: Any, owner: object): boolean {
  try {
    getter.call(Object.create(owner));
    return true;
  } catch (error) {
    return "prototype" in getter || !(error instanceof TypeError);
  }
}

/** Built-ins that do not print as native code or are wrapped, and getters that do not behave like the browser's. */
export function altered(pristine: Pristine): { natives: string[]; getters: string[] } {
  const natives: string[] = [];
  const getters: string[] = [];
  for (const [owner, names] of Object.entries(WATCHED)) {
    const prototype = ((pristine as Any)[owner] || (window as Any)[owner] || (Intl as Any)[owner])?.prototype;
    for (const name of names.split(" ")) {
      const held = prototype && Object.getOwnPropertyDescriptor(prototype, name);
      if (!held) continue;
      if (!isNative(held.get || held.value, name, pristine)) natives.push(`${owner}.${name}`);
      if (held.get && isOdd(held.get, prototype)) getters.push(`${owner}.${name}`);
    }
  }
  return { natives, getters };
}
