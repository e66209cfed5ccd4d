import type { Scope } from "../realm.js";

export const languages = (scope: Scope): string[] => [...scope.navigator.languages];
