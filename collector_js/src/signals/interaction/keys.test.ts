import { beforeEach, describe, expect, test, vi } from "vitest";
import { input, keyEvent, openPage, read, stage, type } from "../../../test/form-page.js";

beforeEach(() => openPage());

describe("keys", () => {
  test("dwell, flight and no rollover", () => {
    for (const key of "abcd") type("email", key);
    expect(read()).toMatchObject({ rollover: 0, dwell: { n: 4, p50: 80, cv: 0 }, flight: { n: 3, p10: 60, p90: 60 } });
  });

  test("rollover: the next key before the last is released", () => {
    stage.fire("keydown", keyEvent("a"));
    stage.wait(30);
    stage.fire("keydown", keyEvent("b"));
    stage.fire("keyup", keyEvent("a"));
    expect(read()).toMatchObject({ rollover: 1 });
  });

  test("Shift held for a capital is neither rollover nor shiftless", () => {
    stage.fire("keydown", keyEvent("Shift", { code: "ShiftLeft", location: 1 }));
    type("email", "A", { shiftKey: true } as object);
    expect(read()).toMatchObject({ rollover: 0, shiftless: 0, odd_keys: 0, typed: 1 });
  });

  test.each([
    ["no Shift", {}, 1],
    ["a Shift that is said to be held and was never pressed", { shiftKey: true }, 1],
    ["Caps Lock", { getModifierState: () => true }, 0],
    ["a soft keyboard, which has no code", { code: "" }, 0],
  ])("a capital with %s", (_how, more, shiftless) => {
    stage.fire("keydown", keyEvent("A", more));
    expect(read()).toMatchObject({ shiftless });
  });

  test.each([
    ["a Shift without a side", "Shift", { code: "ShiftLeft" }, 1],
    ["a soft keyboard's Shift, which has no code", "Shift", { code: "" }, 0],
    ["the right Shift", "Shift", { code: "ShiftRight", location: 2 }, 0],
    ["a letter without a number", "a", { keyCode: 0 }, 1],
    ["a sign without a number", "€", { code: "Digit5", keyCode: 0 }, 0],
  ])("%s", (_what, key, more, odd_keys) => {
    stage.fire("keydown", keyEvent(key, more));
    expect(read()).toMatchObject({ odd_keys });
  });

  test("a tablet's soft keyboard writes capitals after a touch", () => {
    stage.fire("pointerdown", { pointerType: "touch" });
    stage.fire("keydown", keyEvent("A"));
    expect(read()).toMatchObject({ shiftless: 0, touch: 1 });
  });

  test("a keypress that had no keydown", () => {
    stage.fire("keypress", keyEvent("a"));
    expect(read()).toMatchObject({ clickless_keys: 1 });
  });

  test("Chromium's autofill makes a keydown with no key", () => {
    stage.fire("keydown", {});
    stage.fire("keyup", {});
    expect(read()).toMatchObject({ keydowns: 1, untrusted: 0 });
  });

  test("untrusted keys are counted and explain nothing", () => {
    stage.fire("keydown", keyEvent("a", { isTrusted: false }));
    input("email", "insertText", "a");
    expect(read()).toMatchObject({ untrusted: 1, typed: 0, keyless: 1 });
  });

  test.each([
    ["a browser that cannot be asked", undefined, undefined],
    ["a browser that has the place for it and not the answer", {}, undefined],
    ["a keyboard's, whose characters wait behind it", { isInputPending: () => true }, 3],
    ["a driver's, which brings its own", { isInputPending: () => false }, 0],
  ])("queued: %s", (_whose, scheduling, queued) => {
    vi.stubGlobal("navigator", Object.create(navigator, { scheduling: { value: scheduling } }));
    for (const key of "abc") type("email", key);
    expect(read().queued).toBe(queued);
    vi.unstubAllGlobals();
  });

  test("Tab", () => {
    stage.fire("keydown", keyEvent("Tab", { code: "Tab" }));
    expect(read()).toMatchObject({ tabs: 1 });
  });
});
