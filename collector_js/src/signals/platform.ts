import type { Realm } from "../realm.js";

export const platform = ({ scope }: Realm): string => scope.navigator.platform;
