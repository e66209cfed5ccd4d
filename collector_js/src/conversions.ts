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

export class Conversions {
  #held: (() => void)[] = [];
  #counts: boolean | undefined;
  readonly #unverified: Unverified | undefined;

  constructor(unverified: Unverified | undefined) {
    this.#unverified = unverified;
  }

  /** Runs or drops it at once where there is a verdict already. */
  add(run: Conversion): void {
    const at = Date.now();
    this.#held.push(() => run({ at }));
    this.#flush();
  }

  /** A verdict is being asked for: what comes from now on waits for it. */
  wait(): void {
    this.#counts = undefined;
  }

  settle(word: Word): void {
    this.#counts = (word || this.#unverified) === "count";
    this.#flush();
  }

  #flush(): void {
    if (this.#counts === undefined) return;
    // As microtasks of their own, so that what one of them throws is the page's to see and stops none of the others.
    if (this.#counts) for (const run of this.#held) queueMicrotask(run);
    this.#held = [];
  }
}
