/** How the page was used and the form was filled. Counts, quantiles and flags: never which key, a value or a path. */

import { chosenForms } from "../form.js";
import { textFields } from "./interaction/fields.js";
import { readFilling, watchInput } from "./interaction/input.js";
import { dwell, flight, watchKeys } from "./interaction/keys.js";
import { readPath } from "./interaction/path.js";
import { watchPointer } from "./interaction/pointer.js";
import { readPresence, watchPresence } from "./interaction/presence.js";
import { readPresses, watchPresses } from "./interaction/presses.js";
import { spread } from "./interaction/spread.js";
import { counts, watchCounts } from "./interaction/watch.js";

/** Starts listening for the life of the page. */
export function watchInteraction(): void {
  watchCounts();
  watchPointer();
  watchKeys();
  watchPresses();
  watchInput();
  watchPresence();
}

/** Reads what was seen so far. */
export function interaction() {
  const bound = chosenForms();
  const roots: ParentNode[] = bound[0] ? bound : [document];
  return {
    bound: !!bound[0],
    ...counts,
    ...readFilling(roots.flatMap(textFields)),
    dwell: spread(dwell),
    flight: spread(flight),
    ...readPresence(),
    path: readPath(counts.moves),
    presses: readPresses(),
  };
}
