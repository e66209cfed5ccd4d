import { expect, test } from "vitest";
import { plugins } from "./plugins.js";

test("counts the entries", () => {
  expect(plugins()).toBe(navigator.plugins.length);
});
