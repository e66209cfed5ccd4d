import type { Realm } from "../realm.js";

export const languages = ({ scope }: Realm): string[] | undefined =>
  scope.navigator.languages && [...scope.navigator.languages];
