import type { Realm } from "../realm.ts";

export const languages = ({ scope }: Realm): string[] | undefined => scope.navigator.languages && [...scope.navigator.languages];
