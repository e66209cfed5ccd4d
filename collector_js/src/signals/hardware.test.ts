import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { hardware } from "./hardware.js";

test("leaves out what the browser does not tell, and keeps zeros", () => {
  const told = hardware({ navigator: { hardwareConcurrency: 8, maxTouchPoints: 0 } } as Scope);
  expect(JSON.parse(JSON.stringify(told))).toEqual({ concurrency: 8, touch_points: 0 });
});
