import type { Scope } from "../realm.js";

export const userAgent = (scope: Scope): string => scope.navigator.userAgent;
