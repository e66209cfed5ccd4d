import type { Scope } from "../realm.js";

/** Workers have no vendor. */
export const vendor = (scope: Scope): string | undefined => scope.navigator.vendor;
