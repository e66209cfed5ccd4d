import { beforeEach, describe, expect, test } from "vitest";
import { field, keyEvent, move, openPage, press, read, stage } from "../../../test/form-page.js";

beforeEach(() => openPage());

describe("presses", () => {
  test("a person's press", () => {
    for (let x = 0; x < 40; x += 10) move(x, 0);
    press({});
    expect(read()).toMatchObject({ mouse: 1, pressureless: 0, clicks: 1 });
    expect(read().presses).toEqual({
      ...{ n: 1, centred: 0, detail0: 0, negative: 0 },
      ...{ held_p50: 90, held_min: 90, moves_before_min: 4 },
    });
  });

  test("a driver's press: dead centre, no time, no moves, no pressure", () => {
    press({ clientX: 140, clientY: 110, pressure: 0 }, 1);
    expect(read()).toMatchObject({ pressureless: 1, presses: { centred: 1, held_min: 1, moves_before_min: 0 } });
  });

  test.each([
    ["where the mouse is", { clientX: 150 }, 0],
    ["where it has not moved to", { clientX: 240 }, 1],
    ["by a finger, which need not move", { clientX: 240, pointerType: "touch" }, 0],
  ])("a press %s", (_where, more, jumps) => {
    move(150, 112);
    press(more);
    expect(read()).toMatchObject({ jumps });
  });

  test("the first press has nowhere to jump from", () => {
    press({});
    press({});
    expect(read()).toMatchObject({ mouse: 2, jumps: 0 });
  });

  test("a finger has no moves before it", () => {
    press({ pointerType: "touch" });
    expect(read().presses).not.toHaveProperty("moves_before_min", 0);
  });

  test("a script's click", () => {
    stage.fire("click", { target: field("go"), clientX: 0, clientY: 0, detail: 0, pointerId: -1, isTrusted: false });
    expect(read()).toMatchObject({ untrusted: 1, presses: { n: 1, detail0: 1, negative: 1 } });
  });

  test("Enter in a field clicks the button: that is a key, not a press", () => {
    stage.fire("keydown", keyEvent("Enter", { code: "Enter" }));
    stage.fire("click", { target: field("go"), clientX: 0, clientY: 0, detail: 0, pointerId: -1 });
    expect(read()).toMatchObject({ clicks: 1 });
    expect(read().presses).toBeUndefined();
  });

  test("a release whose press came before the script", () => {
    stage.fire("pointerup", { target: field("go"), clientX: 1, clientY: 1 });
    expect(read().presses).toBeUndefined();
  });
});
