import type { Realm } from "../realm.ts";

/** Workers have no vendor. */
export const vendor = ({ scope }: Realm): string | undefined => scope.navigator.vendor;
