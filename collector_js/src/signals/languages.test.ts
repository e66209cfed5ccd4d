import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { languages } from "./languages.js";

test("copies the list, since a frozen one of another realm would not survive the frame", () => {
  const given = Object.freeze(["de-AT", "en"]);
  const told = languages({ navigator: { languages: given as readonly string[] } } as Scope);
  expect(told).toEqual(["de-AT", "en"]);
  expect(told).not.toBe(given);
});
