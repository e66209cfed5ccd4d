/** Counts keys and their rhythm. Which key it was is looked at for a moment and never kept. */

import { count, counts, keep, on } from "./watch.js";

/** What the keys have done that other parts must know. */
export const hands = {
  /** A key that writes went down and nothing was written yet. */
  inserts: false,
  /** That key had no name. */
  unnamed: false,
  /** When Enter or Space last moved: both click. */
  strokeAt: Number.NEGATIVE_INFINITY,
};

interface Scheduling {
  isInputPending?(): boolean;
}

/** How long keys were held, and the time from a release to the next press, in ms. */
export const dwell: number[] = [];
export const flight: number[] = [];
const down = new Map<string, number>();
let lastUp: number;
/** Shift went down on this page. */
let shifted = false;
/** A key went down and no keypress has come of it yet. */
let pressed = false;

function note(event: KeyboardEvent): void {
  const { key, code } = event;
  pressed = true;
  // Soft keyboards and input methods press a key without a name.
  hands.unnamed = /^(Dead|Process|Unidentified)$/.test(key) || event.isComposing;
  // Control with Alt is AltGr, which writes.
  if (hands.unnamed || [...key].length < 2) hands.inserts = event.altKey || !(event.ctrlKey || event.metaKey);
  // A keyboard's character waits right behind its key: https://wicg.github.io/is-input-pending/. Where nobody can say, nothing is counted.
  const pending = (navigator as { scheduling?: Scheduling }).scheduling?.isInputPending?.();
  if (pending !== undefined) count("queued", +pending);
  if (key === "Tab") count("tabs");
  if (key === "Enter") hands.strokeAt = event.timeStamp;
  // Soft keyboards write capitals without Shift as well: they have no code, or a finger was seen.
  const upper = /^[A-Z]$/.test(key) && code && !counts.touch;
  if (key === "Shift") shifted = true;
  // A driver may say that Shift is held, and have pressed none.
  if (upper && !(event.shiftKey && shifted) && !event.getModifierState("CapsLock")) count("shiftless");
  // A keyboard's Shift is the left or the right one, and its letters have a number.
  if (key === "Shift" ? code && !event.location : /^Key/.test(code) && !event.keyCode) count("odd_keys");
}

function onDown(event: KeyboardEvent): void {
  const { code, key, timeStamp } = event;
  // Chromium's autofill makes a keydown that is no KeyboardEvent and has no key.
  if (!event.isTrusted || !key) return;
  note(event);
  if (event.repeat || !code || /^(Alt|Caps|Control|Fn|Meta|OS|Shift)/.test(key)) return;
  if (down.size) count("rollover");
  else if (lastUp) keep(flight, timeStamp - lastUp);
  down.set(code, timeStamp);
}

function onUp({ code, key, timeStamp }: KeyboardEvent): void {
  const start = down.get(code);
  if (key === " ") hands.strokeAt = timeStamp;
  // A Mac tells of no key's release while Command is held.
  if (key === "Meta") down.clear();
  if (!start) return;
  keep(dwell, timeStamp - start);
  down.delete(code);
  lastUp = timeStamp;
}

export function watchKeys(): void {
  on("keydown", onDown);
  on("keyup", onUp);
  on("blur", () => down.clear());
  on("keypress", ({ isTrusted }) => {
    if (isTrusted && !pressed) count("clickless_keys");
    pressed = false;
  });
}
