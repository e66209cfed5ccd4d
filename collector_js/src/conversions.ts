/**
 * The hold-and-release queue. A conversion waits for the verdict on its form: then it runs with its original time, or is
 * dropped. Only conversions wait here, never a page's other events.
 */

/** Told to a conversion that counts: when it happened, in milliseconds since 1970. */
export type Conversion = (held: { at: number }) => void;

/** What becomes of conversions that no verdict speaks of: the gate is out of reach, or the site hides its verdicts. */
export type Unverified = "drop" | "count";

/** What a verdict says of conversions; nothing where the site hides its verdicts. */
export type Word = "count" | "suppress" | undefined;

let held: (() => void)[] = [];
let settled: string | undefined;

/** Holds a conversion, or runs or drops it at once where there is a verdict already. */
export function hold(run: Conversion): void {
  const at = Date.now();
  held.push(() => run({ at }));
  flush();
}

/** A verdict is being asked for: what comes from now on waits for it. */
export function wait(): void {
  settled = undefined;
}

/** `word` is the verdict's, or the site's own where there is none. */
export function settle(word: Word | Unverified = "drop"): void {
  settled = word;
  flush();
}

function flush(): void {
  if (!settled) return;
  // As microtasks of their own, so that what one of them throws is the page's to see and stops none of the others.
  if (settled === "count") held.forEach(queueMicrotask);
  held = [];
}
