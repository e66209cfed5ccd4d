import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { vendor } from "./vendor.js";

test("an empty vendor is an answer, a worker's missing one is none", () => {
  expect(vendor({ navigator: { vendor: "" } } as Scope)).toBe("");
  expect(vendor({ navigator: {} } as Scope)).toBeUndefined();
});
