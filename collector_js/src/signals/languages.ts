import type { Scope } from "../realm.js";

export const languages = (scope: Scope): string[] | undefined =>
  scope.navigator.languages && [...scope.navigator.languages];
