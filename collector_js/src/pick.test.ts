import { expect, test } from "vitest";
import { pick } from "./pick.js";

test("copies under the names of the wire, what a prototype has as well", () => {
  const source = Object.create({ availWidth: 3 }, { width: { value: 1 } });
  expect(pick(source, "width availWidth")).toEqual({ width: 1, avail_width: 3 });
});
