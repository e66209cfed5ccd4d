import type { Realm } from "../realm.ts";

export const userAgent = ({ scope }: Realm): string => scope.navigator.userAgent;
