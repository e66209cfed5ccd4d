import { expect, test } from "vitest";
import { screen } from "./screen.js";

test("tells every field under its name on the wire", () => {
  expect(Object.keys(screen()).sort()).toEqual(
    [
      ...["avail_height", "avail_width", "color_depth", "height", "inner_height", "inner_width"],
      ...["outer_height", "outer_width", "pixel_ratio", "width", "zoom"],
    ].sort(),
  );
  expect(screen()).toMatchObject({ inner_width: window.innerWidth, pixel_ratio: 1 });
});
