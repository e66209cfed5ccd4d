import type { Scope } from "../realm.js";

export const timezone = (scope: Scope): string | undefined =>
  new scope.Intl.DateTimeFormat().resolvedOptions().timeZone;
