import type { Realm } from "../realm.ts";

export const platform = ({ scope }: Realm): string => scope.navigator.platform;
