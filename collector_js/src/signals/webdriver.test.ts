import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { webdriver } from "./webdriver.js";

test.each([
  [true, true],
  [false, false],
  [undefined, null],
])("%s is told as %s", (said, told) => {
  expect(webdriver({ navigator: { webdriver: said } } as unknown as Scope)).toBe(told);
});
