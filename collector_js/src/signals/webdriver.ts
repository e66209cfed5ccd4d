import type { Scope } from "../realm.js";

/** Null where the browser has no such property: an answer of its own, since every current browser has one on pages. */
export const webdriver = (scope: Scope): boolean | null => scope.navigator.webdriver ?? null;
