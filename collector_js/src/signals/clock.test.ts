import { expect, test, vi } from "vitest";
import { clock } from "./clock.js";

test("tells the offsets of now and of both halves of the year", () => {
  vi.spyOn(Date.prototype, "getTimezoneOffset").mockImplementation(function (this: Date) {
    return this.getMonth() === 6 ? -120 : -60;
  });
  expect(clock()).toMatchObject({ january: -60, july: -120 });
  vi.restoreAllMocks();
});
