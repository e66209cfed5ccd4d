/** Counts keys and their rhythm. Which key it was is looked at for a moment and never kept. */

import { type Spread, spread } from "./spread.ts";
import { type Counts, type Hands, KEPT, on } from "./watch.ts";

const MODIFIER = /^(Alt|AltGraph|CapsLock|Control|Fn|Meta|OS|Shift)/;

/** Soft keyboards and input methods press a key without a name. */
const UNNAMED = /^(Dead|Process|Unidentified)$/;

export interface Rhythm {
  dwell: Spread | undefined;
  flight: Spread | undefined;
}

const keep = (values: number[], value: number): void => void (values.length < KEPT && values.push(value));

/** Starts listening; what it gives back reads the rhythm so far. */
export function watchKeys(counts: Counts, hands: Hands): () => Rhythm {
  const dwell: number[] = [];
  const flight: number[] = [];
  const down = new Map<string, number>();
  let lastUp: number | undefined;

  on("keydown", (event) => {
    if (!event.isTrusted) return;
    note(event, counts, hands);
    const { code, key, repeat, timeStamp } = event;
    if (repeat || !code || MODIFIER.test(key)) return;
    if (down.size) counts.rollover++;
    else if (lastUp !== undefined) keep(flight, timeStamp - lastUp);
    down.set(code, timeStamp);
  });
  on("keyup", ({ code, key, timeStamp }) => {
    if (key === " ") hands.strokeAt = timeStamp;
    // A Mac tells of no key's release while Command is held.
    if (key === "Meta") down.clear();
    const start = down.get(code);
    if (start === undefined) return;
    keep(dwell, timeStamp - start);
    down.delete(code);
    lastUp = timeStamp;
  });
  on("blur", () => down.clear());
  on("keypress", ({ isTrusted }) => {
    if (isTrusted && !hands.keydown) counts.clickless_keys++;
    hands.keydown = false;
  });
  return () => ({ dwell: spread(dwell), flight: spread(flight) });
}

function note(event: KeyboardEvent, counts: Counts, hands: Hands): void {
  const { key, timeStamp } = event;
  hands.keydown = true;
  hands.unnamed = UNNAMED.test(key) || event.isComposing;
  // Control with Alt is AltGr, which writes.
  if ([...key].length === 1 || hands.unnamed) hands.inserts = event.altKey || !(event.ctrlKey || event.metaKey);
  if (key === "Tab") counts.tabs++;
  if (key === "Enter" || key === " ") hands.strokeAt = timeStamp;
  if (isShiftless(event, counts)) counts.shiftless++;
}

/** Soft keyboards write capitals without Shift: they have no code, or a finger was seen. */
const isShiftless = (event: KeyboardEvent, counts: Counts): boolean =>
  /^[A-Z]$/.test(event.key) && !!event.code && !counts.touch && !event.shiftKey && !event.getModifierState("CapsLock");
