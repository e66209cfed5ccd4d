/** What the parts of the interaction signal share: the counters, and how they listen. */

import { isField } from "./fields.ts";

/** Event kinds that are counted as they come, by the counter's name. */
const COUNTED = {
  moves: "pointermove",
  downs: "pointerdown",
  clicks: "click",
  keydowns: "keydown",
  keyups: "keyup",
  inputs: "input",
  focuses: "focusin",
  scrolls: "scroll",
  touches: "touchstart",
  wheels: "wheel",
} as const;

/** Those that need a look at the event first. */
const JUDGED = [
  ...(["untrusted", "mouse", "touch", "pen", "pressureless", "fractional", "raw", "coalesced_moves", "whole_gaps"] as const),
  ...(["gaps", "typed", "keyless", "bulk", "pasted", "dropped", "composed", "replaced", "autofilled"] as const),
  ...(["shiftless", "clickless_keys", "rollover", "tabs"] as const),
];

export type Counts = Record<keyof typeof COUNTED | (typeof JUDGED)[number], number>;

/** What the keys have done that other parts must know. */
export interface Hands {
  /** A key went down and no keypress has come of it yet. */
  keydown: boolean;
  /** A key that writes went down and nothing was written yet. */
  inserts: boolean;
  /** That key had no name. */
  unnamed: boolean;
  /** When Enter or Space last moved: both click. */
  strokeAt: number;
}

/** Times are kept so many, the first ones: enough for any form, and no more memory on a page that stays open all day. */
export const KEPT = 500;

/** Listens before the page does, and never holds up a scroll. */
export type On = <Kind extends keyof WindowEventMap>(kind: Kind, fn: (event: WindowEventMap[Kind]) => void) => void;

export const on: On = (kind, fn) => window.addEventListener(kind, fn, { capture: true, passive: true });

/** Starts the plain counters. */
export function startCounts(): Counts {
  const names = Object.keys(COUNTED) as (keyof typeof COUNTED)[];
  const counts = Object.fromEntries([...names, ...JUDGED].map((name) => [name, 0])) as Counts;
  for (const name of names) {
    on(COUNTED[name], (event) => {
      if (name === "inputs" && !isField(event.target)) return;
      counts[name]++;
      if (!event.isTrusted) counts.untrusted++;
    });
  }
  return counts;
}
