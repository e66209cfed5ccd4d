// A page with a form that the collector listens to, and a visitor who moves, presses and types on it.
import { vi } from "vitest";
import { type Stage, setStage } from "./events.js";

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

export let stage: Stage;
/** What the signal says now. */
export let read: () => ReturnType<typeof import("../src/signals/interaction.js").interaction>;

export const field = (id: string) => document.getElementById(id) as HTMLInputElement;

/** A new page with a form, and listeners that have heard nothing. */
export async function openPage(
  form = '<input id="email" type="email"><input id="password" type="password"><button id="go"></button>',
) {
  document.body.innerHTML = `<form>${form}</form>`;
  vi.resetModules();
  stage = setStage();
  const settings = await import("../src/options.js");
  settings.setOptions({ endpoint: "https://gate.test", sitekey: "k" });
  const signal = await import("../src/signals/interaction.js");
  signal.watchInteraction();
  read = () => ({ ...ZEROS, ...signal.interaction() });
}

export const keyEvent = (key: string, more = {}) => ({
  key,
  code: `Key${key.toUpperCase()}`,
  keyCode: 65,
  location: 0,
  getModifierState: () => false,
  ...more,
});

/** What an input event says, after its text has come into the field. */
export function input(id: string, inputType: string | undefined, data: string | null, more = {}) {
  const target = field(id);
  if (data) target.value += data;
  stage.fire("input", { target, inputType, data, ...more });
}

/** One key as a person presses it. */
export function type(id: string, key: string, { held = 80, gap = 60, ...more } = {}) {
  stage.fire("keydown", keyEvent(key, { target: field(id), ...more }));
  stage.fire("keypress", keyEvent(key, { target: field(id) }));
  input(id, "insertText", key);
  stage.wait(held);
  stage.fire("keyup", keyEvent(key, { target: field(id) }));
  stage.wait(gap);
}

/** The pointer comes to a place. */
export const move = (clientX: number, clientY: number, ms = 8) => {
  stage.wait(ms);
  stage.fire("pointermove", { clientX, clientY });
};

/** A press on the button, by a mouse. */
export const press = (more: object, held = 90) => {
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
