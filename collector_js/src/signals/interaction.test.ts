import { beforeEach, expect, test } from "vitest";
import { move, openPage, press, read, stage, type } from "../../test/form-page.js";

beforeEach(() => openPage());

test("a long visit is told in at most 1.5 kB", () => {
  for (let n = 0; n < 400; n++) {
    type("email", "abcdefgh"[n % 8] as string, { held: 50.37 + (n % 90), gap: 30.11 + (n % 300) });
    move((n * 37.31) % 1400, (n * 91.7) % 900, 7.3);
    press({ clientX: (n * 53.9) % 300 }, 40.2 + (n % 100));
    stage.fire("wheel");
    stage.fire("scroll");
    stage.fire("pointerrawupdate");
  }
  expect(JSON.stringify(read()).length).toBeLessThan(1536);
});

test("nothing happened: zeros are answers, and no value, key or place is in the text", () => {
  for (const key of "Secret") type("password", key);
  const text = JSON.stringify(read());
  expect(text).not.toMatch(/Secret|KeyS|password/);
  expect(text.length).toBeLessThan(1500);
});
