import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { platform } from "./platform.js";

test("says what the scope's own navigator says", () => {
  expect(platform({ navigator: { platform: "Linux x86_64" } } as Scope)).toBe("Linux x86_64");
});
