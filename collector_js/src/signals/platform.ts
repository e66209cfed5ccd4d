import type { Scope } from "../realm.js";

export const platform = (scope: Scope): string => scope.navigator.platform;
