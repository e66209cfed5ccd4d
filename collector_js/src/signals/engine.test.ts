import { expect, test } from "vitest";
import { engine, errorShape, has } from "./engine.js";

test("tells traits of this engine, which is V8", () => {
  expect(engine()).toMatchObject({ eval_length: 33, error_shape: "v8", chrome: false });
});

test.each([
  ["v8", "Error: x\n    at f (https://a.test/x.js:1:2)\n    at https://a.test/x.js:3:4"],
  ["gecko", "f@https://a.test/x.js:1:2\n@https://a.test/x.js:3:4\n"],
  ["other", "f@https://a.test/x.js:1:2\nglobal code@https://a.test/x.js:3:4"],
  ["other", undefined],
])("reads %s off its stack", (shape, stack) => {
  expect(errorShape(stack)).toBe(shape);
});

test.each([
  ["document", true],
  ["Array.prototype.map", true],
  ["navigator.brave", false],
  ["Nothing.at.all", false],
])("has(%s) is %s", (path, there) => {
  expect(has(path)).toBe(there);
});
