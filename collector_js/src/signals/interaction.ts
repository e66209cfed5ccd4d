/** How the page was used and the form was filled. Counts, quantiles and flags: never which key, a value or a path. */

import { textFields } from "./interaction/fields.js";
import { Insertions } from "./interaction/input.js";
import { watchKeys } from "./interaction/keys.js";
import { watchPointer } from "./interaction/pointer.js";
import { PressShape } from "./interaction/presses.js";
import { tenth } from "./interaction/spread.js";
import { type Hands, on, startCounts } from "./interaction/watch.js";

/** Gives the forms that are bound at the moment. */
export type Forms = () => HTMLFormElement[];

/** Starts listening for the life of the page; what it gives back reads what was seen so far. */
export function watchInteraction(forms: Forms) {
  const counts = startCounts();
  const hands: Hands = { strokeAt: Number.NEGATIVE_INFINITY };
  const path = watchPointer(counts);
  const rhythm = watchKeys(counts, hands);
  const presses = new PressShape(hands);
  const insertions = new Insertions(counts, hands);
  const formAge = watchForm(forms);
  const hidden = watchHidden();
  return () => {
    const bound = forms();
    const roots: ParentNode[] = bound.length ? bound : [document];
    return {
      bound: bound.length > 0,
      ...counts,
      ...insertions.read(roots.flatMap(textFields)),
      ...rhythm(),
      ...{ path: path(), presses: presses.read() },
      ...{ form_ms: formAge(), hidden_ms: hidden() },
    };
  };
}

export type Interaction = ReturnType<ReturnType<typeof watchInteraction>>;

/** Milliseconds since the first event on a bound form. */
function watchForm(forms: Forms): () => number | undefined {
  let first: number | undefined;
  const hear = ({ target, timeStamp }: Event) => {
    if (first === undefined && forms().some((form) => form.contains(target as Node))) first = timeStamp;
  };
  for (const kind of ["focusin", "pointerdown", "keydown", "input"] as const) on(kind, hear);
  return () => (first === undefined ? undefined : tenth(performance.now() - first));
}

function watchHidden(): () => number {
  let total = 0;
  let since = document.hidden ? performance.now() : undefined;
  const soFar = () => (since === undefined ? 0 : performance.now() - since);
  on("visibilitychange" as "load", () => {
    total += soFar();
    since = document.hidden ? performance.now() : undefined;
  });
  return () => tenth(total + soFar());
}
