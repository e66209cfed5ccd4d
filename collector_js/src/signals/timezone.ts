import type { Realm } from "../realm.js";

export const timezone = ({ scope }: Realm): string | undefined =>
  new scope.Intl.DateTimeFormat().resolvedOptions().timeZone;
