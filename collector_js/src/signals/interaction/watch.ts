/** What the parts of the interaction signal share: the counters, and how they listen. A page has one visitor, and one of each. */

import { isField } from "./fields.js";

/** The words of a text, as a type. */
type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : Text;

/** Kinds of events that are counted as they come; `pointermove` is counted as `moves`, and so on. */
const COUNTED = "pointermove pointerdown click keydown keyup input scroll wheel focusin touchstart".split(" ");

type Plain = Words<"moves downs clicks keydowns keyups inputs scrolls wheels focuses touches">;

const plural = (kind: string): Plain =>
  (({ focusin: "focuses", touchstart: "touches" })[kind] || `${kind.replace("pointer", "")}s`) as Plain;

/** Counters of those that need a look at the event first. */
const JUDGED =
  "untrusted mouse touch pen pressureless fractional raw coalesced_moves gaps whole_gaps typed keyless bulk pasted dropped composed replaced autofilled shiftless clickless_keys rollover tabs";

export const counts = {} as Record<Plain | Words<typeof JUDGED>, number>;

/** Times are kept so many, the first ones: enough for any form, and no more memory on a page that stays open all day. */
export const keep = (values: number[], value: number): void => void (values.length < 500 && values.push(value));

/** Listens before the page does, and never holds up a scroll. */
export const on = <Kind extends keyof WindowEventMap>(kind: Kind, fn: (event: WindowEventMap[Kind]) => void): void =>
  addEventListener(kind, fn, { capture: true, passive: true });

/** Starts the plain counters. */
export function watchCounts(): void {
  for (const name of JUDGED.split(" ") as Words<typeof JUDGED>[]) counts[name] = 0;
  for (const kind of COUNTED) {
    const name = plural(kind);
    counts[name] = 0;
    on(kind as "input", ({ target, isTrusted }) => {
      if (kind === "input" && !isField(target)) return;
      counts[name]++;
      if (!isTrusted) counts.untrusted++;
    });
  }
}
