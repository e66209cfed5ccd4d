import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Stage, setStage } from "../../test/events.js";

/** What was never counted is not sent. */
const ZEROS = Object.fromEntries(
  (
    "moves downs clicks keydowns keyups inputs focuses scrolls touches wheels untrusted mouse touch pen pressureless jumps fractional " +
    "raw coalesced_moves gaps whole_gaps typed keyless bulk pasted dropped composed replaced autofilled shiftless clickless_keys " +
    "odd_keys rollover tabs numbered"
  )
    .split(" ")
    .map((name) => [name, 0]),
);

let stage: Stage;
let read: () => ReturnType<typeof import("./interaction.js").interaction>;

const field = (id: string) => document.getElementById(id) as HTMLInputElement;

/** A new page with a form, and listeners that have heard nothing. */
async function open(
  form = '<input id="email" type="email"><input id="password" type="password"><button id="go"></button>',
) {
  document.body.innerHTML = `<form>${form}</form>`;
  vi.resetModules();
  stage = setStage();
  const settings = await import("../options.js");
  settings.setOptions({ endpoint: "https://gate.test", sitekey: "k" });
  const signal = await import("./interaction.js");
  signal.watchInteraction();
  read = () => ({ ...ZEROS, ...signal.interaction() });
}

const keyEvent = (key: string, more = {}) => ({
  key,
  code: `Key${key.toUpperCase()}`,
  keyCode: 65,
  location: 0,
  getModifierState: () => false,
  ...more,
});

function input(id: string, inputType: string | undefined, data: string | null, more = {}) {
  const target = field(id);
  if (data) target.value += data;
  stage.fire("input", { target, inputType, data, ...more });
}

/** One key as a person presses it. */
function type(id: string, key: string, { held = 80, gap = 60, ...more } = {}) {
  stage.fire("keydown", keyEvent(key, { target: field(id), ...more }));
  stage.fire("keypress", keyEvent(key, { target: field(id) }));
  input(id, "insertText", key);
  stage.wait(held);
  stage.fire("keyup", keyEvent(key, { target: field(id) }));
  stage.wait(gap);
}

beforeEach(() => open());

describe("how text came in", () => {
  const kinds = ["typed", "keyless", "bulk", "pasted", "dropped", "composed", "replaced", "autofilled"] as const;
  const only = (expected: object) => {
    const seen = read();
    expect(Object.fromEntries(kinds.flatMap((kind) => (seen[kind] ? [[kind, seen[kind]]] : [])))).toEqual(expected);
  };

  test("typed with keys", () => {
    for (const key of "ann") type("email", key);
    only({ typed: 3 });
    expect(read()).toMatchObject({ keydowns: 3, keyups: 3, inputs: 3, untrusted: 0, clickless_keys: 0 });
  });

  test("an AltGr character is typed, a shortcut is not", () => {
    stage.fire("keydown", keyEvent("@", { ctrlKey: true, altKey: true }));
    input("email", "insertText", "@");
    stage.fire("keydown", keyEvent("v", { ctrlKey: true }));
    input("email", "insertFromPaste", null);
    only({ typed: 1, pasted: 1 });
  });

  test("a phone's keyboard: nameless keys, words in composition and suggestions", () => {
    stage.fire("keydown", keyEvent("Unidentified", { code: "" }));
    input("email", "insertCompositionText", "a", { isComposing: true });
    stage.fire("keydown", keyEvent("Unidentified", { code: "" }));
    input("email", "insertText", "nother ");
    only({ composed: 1, typed: 7 });
  });

  test("an input method hands its text over when the composition ends", () => {
    stage.fire("compositionend");
    stage.wait(10);
    input("email", "insertText", "日本");
    only({ composed: 1 });
  });

  test.each([
    ["insertFromPaste", "pasted"],
    ["insertFromYank", "pasted"],
    ["insertFromDrop", "dropped"],
    ["insertFromDictation", "composed"],
    ["insertReplacementText", "autofilled"],
  ])("%s into an empty field is %s", (inputType, kind) => {
    input("email", inputType, "ann@example.org");
    only({ [kind]: 1 });
  });

  test("a spelling correction replaces a part", () => {
    field("email").value = "hello teh";
    stage.fire("input", { target: field("email"), inputType: "insertReplacementText", data: "the" });
    only({ replaced: 1 });
  });

  test("the browser's own filling", () => {
    Object.assign(field("email"), { matches: (selector: string) => selector === ":autofill" });
    input("email", undefined, "ann@example.org");
    only({ autofilled: 1 });
    expect(read()).toMatchObject({ filled: 1, scripted: 0 });
  });

  test("a password manager fills several fields in one go, with events of its own making", () => {
    input("email", undefined, "ann@example.org", { isTrusted: false });
    input("password", undefined, "secret", { isTrusted: false });
    only({ autofilled: 2 });
    expect(read()).toMatchObject({ untrusted: 2, scripted: 0, filled: 2 });
  });

  test("one field set by a script is not a password manager", () => {
    input("email", undefined, "ann@example.org", { isTrusted: false });
    stage.wait(500);
    input("password", undefined, "secret", { isTrusted: false });
    only({});
    expect(read()).toMatchObject({ untrusted: 2, inputs: 2 });
  });

  test("an emoji from the panel presses no key", () => {
    input("email", "insertText", "👩‍💻");
    only({ replaced: 1 });
  });

  test("a driver's fill() inserts much with no key at all", () => {
    input("email", "insertText", "ann@example.org");
    only({ bulk: 1 });
  });

  test("a driver's single characters with no key", () => {
    input("email", "insertText", "a");
    input("email", "insertText", "n");
    only({ keyless: 2 });
  });

  test("one key explains no sentence", () => {
    stage.fire("keydown", keyEvent("a"));
    input("email", "insertText", "ann@example.org");
    only({ bulk: 1 });
  });
});

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

describe("the pointer", () => {
  const move = (clientX: number, clientY: number, ms = 8) => {
    stage.wait(ms);
    stage.fire("pointermove", { clientX, clientY });
  };

  test("moves that say to be a click", () => {
    stage.fire("mousemove", { detail: 0 });
    expect(read()).toMatchObject({ numbered: 0 });
    stage.fire("mousemove", { detail: 1 });
    expect(read()).toMatchObject({ numbered: 1 });
  });

  test("moves are counted beside raw ones where those are told", () => {
    move(1, 2);
    expect(read()).not.toHaveProperty("coalesced_moves", 1);
    stage.fire("pointerrawupdate");
    move(2, 2);
    expect(read()).toMatchObject({ raw: 1, coalesced_moves: 1 });
  });

  test("a straight line at one speed", () => {
    for (let x = 0; x <= 100; x += 10) move(x, 0);
    expect(read().path).toEqual({ n: 11, straightness: 1, speed_cv: 0, turns: 0 });
  });

  test("there, a rest, and back are two straight lines", () => {
    for (let x = 0; x <= 100; x += 10) move(x, 0);
    move(100, 0, 400);
    for (let x = 90; x >= 0; x -= 10) move(x, 0);
    expect(read().path).toMatchObject({ straightness: 1, turns: 0 });
  });

  test("right angles", () => {
    for (let step = 0; step < 20; step++) move(Math.ceil(step / 2) * 10, Math.floor(step / 2) * 10);
    expect(read().path).toMatchObject({ turns: 1.57, straightness: 0.71 });
  });

  test("fractional places and whole gaps", () => {
    move(1.5, 2);
    move(2, 2, 8);
    move(3, 2, 8.4);
    expect(read()).toMatchObject({ moves: 3, fractional: 1, gaps: 2, whole_gaps: 1 });
  });

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

  test("no path where nothing moved", () => {
    expect(JSON.parse(JSON.stringify(read()))).not.toHaveProperty("path");
  });

  const press = (more: object, held = 90) => {
    const target = field("go");
    target.getBoundingClientRect = () => new DOMRect(100, 100, 80, 20);
    const at = {
      target,
      clientX: 150,
      clientY: 112,
      pointerId: 1,
      detail: 1,
      pointerType: "mouse",
      buttons: 1,
      pressure: 0.5,
    };
    stage.fire("pointerdown", { ...at, ...more });
    stage.wait(held);
    stage.fire("pointerup", { ...at, ...more });
    stage.fire("click", { ...at, ...more });
  };

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

describe("the form", () => {
  test("values that nothing explains", () => {
    field("email").value = "ann@example.org";
    expect(read()).toMatchObject({ bound: true, filled: 1, scripted: 1 });
  });

  test("values that were there before, or are the page's own, are explained", async () => {
    await open('<input id="email" type="email" value="ann@example.org"><input id="password" type="password">');
    field("password").value = "from the browser's memory";
    stage.fire("load");
    expect(read()).toMatchObject({ filled: 2, scripted: 0 });
  });

  test("a change event explains a value", () => {
    field("email").value = "ann@example.org";
    stage.fire("change", { target: field("email") });
    expect(read()).toMatchObject({ scripted: 0 });
  });

  test("without a form, the page's fields", async () => {
    await open();
    document.body.innerHTML = '<input id="email">';
    field("email").value = "x";
    expect(read()).toMatchObject({ bound: false, filled: 1 });
  });

  test("hidden fields and ticks are not text", async () => {
    await open('<input id="email" type="email"><input type="hidden" value="x"><input type="checkbox" id="tick">');
    stage.fire("input", { target: field("tick") });
    expect(read()).toMatchObject({ filled: 0, inputs: 1, autofilled: 0 });
  });

  test("its time runs from the first event on it", () => {
    expect(read().form_ms).toBeUndefined();
    stage.fire("focusin", { target: field("email"), timeStamp: performance.now() - 5000 });
    expect(read().form_ms).toBeGreaterThanOrEqual(5000);
  });
});

test("nothing happened: zeros are answers, and no value, key or place is in the text", () => {
  for (const key of "Secret") type("password", key);
  const text = JSON.stringify(read());
  expect(text).not.toMatch(/Secret|KeyS|password/);
  expect(text.length).toBeLessThan(1500);
});
