/** Counts keys and their rhythm. Which key it was is looked at for a moment and never kept. */

import { type Spread, spread } from "./spread.js";
import { type Counts, type Hands, keep, on } from "./watch.js";

export interface Rhythm {
  dwell: Spread | undefined;
  flight: Spread | undefined;
}

/** Starts listening; what it gives back reads the rhythm so far. */
export function watchKeys(counts: Counts, hands: Hands): () => Rhythm {
  const dwell: number[] = [];
  const flight: number[] = [];
  const down = new Map<string, number>();
  let lastUp: number | undefined;

  on("keydown", (event) => {
    const { code, key, repeat, timeStamp, isTrusted } = event;
    if (!isTrusted) return;
    note(event, counts, hands);
    if (repeat || !code || /^(Alt|Caps|Control|Fn|Meta|OS|Shift)/.test(key)) return;
    if (down.size) counts.rollover++;
    else if (lastUp) keep(flight, timeStamp - lastUp);
    down.set(code, timeStamp);
  });
  on("keyup", ({ code, key, timeStamp }) => {
    if (key === " ") hands.strokeAt = timeStamp;
    const start = down.get(code);
    // A Mac tells of no key's release while Command is held.
    if (key === "Meta") down.clear();
    if (!start) return;
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
  const { key, code, altKey, ctrlKey, metaKey, shiftKey, timeStamp } = event;
  hands.keydown = true;
  // Soft keyboards and input methods press a key without a name.
  hands.unnamed = /^(Dead|Process|Unidentified)$/.test(key) || event.isComposing;
  // Control with Alt is AltGr, which writes.
  if (hands.unnamed || [...key].length === 1) hands.inserts = altKey || !(ctrlKey || metaKey);
  if (key === "Tab") counts.tabs++;
  if (key === "Enter") hands.strokeAt = timeStamp;
  // Soft keyboards write capitals without Shift as well: they have no code, or a finger was seen.
  const upper = /^[A-Z]$/.test(key) && code && !counts.touch;
  if (upper && !shiftKey && !event.getModifierState("CapsLock")) counts.shiftless++;
}
