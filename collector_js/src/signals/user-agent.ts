import type { Realm } from "../realm.js";

export const userAgent = ({ scope }: Realm): string => scope.navigator.userAgent;
