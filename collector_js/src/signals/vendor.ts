import type { Realm } from "../realm.js";

/** Workers have no vendor. */
export const vendor = ({ scope }: Realm): string | undefined => scope.navigator.vendor;
