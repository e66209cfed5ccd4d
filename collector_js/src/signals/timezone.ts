import type { Scope } from "../realm.js";

/** Both name the same zone (https://tc39.es/proposal-temporal/#sec-temporal.now.timezoneid). Making the first format of dates costs a page 15 ms. */
export const timezone = (scope: Scope): string | undefined =>
  (scope as Scope & { Temporal?: { Now?: { timeZoneId(): string } } }).Temporal?.Now?.timeZoneId() ??
  new scope.Intl.DateTimeFormat().resolvedOptions().timeZone;
