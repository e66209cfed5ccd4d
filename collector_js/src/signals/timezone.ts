import type { Realm } from "../realm.ts";

export const timezone = ({ scope }: Realm): string | undefined => new scope.Intl.DateTimeFormat().resolvedOptions().timeZone;
