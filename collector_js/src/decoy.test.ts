import { expect, test } from "vitest";
import { decoyName } from "./decoy.js";

// The same names stand in tests/test_decoy.py.
test("a name is what was drawn and what follows from it", () => {
  expect(decoyName("site-demo", 0)).toMatch(/^aaaaa/);
  expect([0, 1, 123456789, 0xffffffff].map((drawn) => decoyName("site-demo", drawn))).toMatchInlineSnapshot(`
    [
      "aaaaa7c8qy",
      "baaaaqvwhg",
      "xivzx974te",
      "99999xtiec",
    ]
  `);
});

test("another site's names are others", () => {
  expect(decoyName("site-demo", 7)).not.toBe(decoyName("site-other", 7));
});
