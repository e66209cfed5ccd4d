/** What the parts of the interaction signal share: the counters, and how they listen. A page has one visitor, and one of each. */

import { isField } from "./fields.js";

/** Kinds of events that are counted as they come; `pointermove` is counted as `moves`, `focusin` as `focuses`, and so on. */
const COUNTED = "pointermove click keyup scroll wheel touchstart focusin pointerdown keydown input".split(" ");

/** The counters' names on the wire (docs/protocol.md, section 4). */
export type Count =
  | ("moves" | "downs" | "clicks" | "keydowns" | "keyups" | "inputs" | "focuses" | "scrolls" | "touches" | "wheels")
  | ("untrusted" | "mouse" | "touch" | "pen" | "pressureless" | "jumps" | "fractional" | "raw" | "coalesced_moves")
  | ("gaps" | "whole_gaps" | "typed" | "keyless" | "bulk" | "pasted" | "dropped" | "composed" | "replaced")
  | ("autofilled" | "shiftless" | "clickless_keys" | "odd_keys" | "rollover" | "tabs" | "queued" | "numbered");

const plural = (kind: string): Count => `${kind.replace("pointer", "").replace(/(start|in)$/, "e")}s` as Count;

/** What was counted at least once. */
export const counts: { [Name in Count]?: number } = {};

export function count(name: Count, by = 1): void {
  counts[name] = (counts[name] || 0) + by;
}

/** Times are kept so many, the first ones: enough for any form, and no more memory on a page that stays open all day. */
export const keep = (values: number[], value: number): unknown => values.length < 500 && values.push(value);

/** Listens before the page does, and never holds up a scroll. */
export const on = <Kind extends keyof WindowEventMap>(kind: Kind, fn: (event: WindowEventMap[Kind]) => unknown): void =>
  addEventListener(kind, fn, { capture: true, passive: true });

/** Starts the plain counters. */
export function watchCounts(): void {
  for (const kind of COUNTED) {
    on(kind as "input", (event) => {
      if (kind === "input" && !isField(event.target)) return;
      count(plural(kind));
      if (!event.isTrusted) count("untrusted");
    });
  }
}
