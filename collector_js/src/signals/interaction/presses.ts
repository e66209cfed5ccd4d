/** Clicks on fields and buttons that a pointer made: where they landed, how long they were held, what came before. */

import { spread, tenth } from "./spread.js";
import { type Hands, keep, on } from "./watch.js";

export interface Presses {
  n: number;
  centred: number;
  held_p50?: number;
  held_min?: number;
  moves_before_min?: number;
  detail0: number;
  negative: number;
}

const BEFORE_MS = 1000;

/** A key's click, or the one that a label passes on to its field, comes within the same stroke as its cause. */
const SAME_STROKE_MS = 50;

const pressable = ({ target }: Event): Element | null => (target as Element).closest?.("input,textarea,select,button");

export class PressShape {
  readonly #counts = { n: 0, centred: 0, detail0: 0, negative: 0 };
  readonly #hands: Hands;
  readonly #held: number[] = [];
  #movesBefore = Number.POSITIVE_INFINITY;
  #moves: number[] = [];
  #labelAt = Number.NEGATIVE_INFINITY;
  #down: PointerEvent | undefined;

  constructor(hands: Hands) {
    this.#hands = hands;
    on("pointermove", ({ timeStamp }) => {
      this.#moves = [...this.#recent(timeStamp), timeStamp];
    });
    on("pointerdown", (event) => {
      this.#down = event;
    });
    on("pointerup", (event) => this.#release(event));
    on("click", (event) => this.#click(event));
  }

  #recent(at: number): number[] {
    return this.#moves.filter((move) => at - move < BEFORE_MS);
  }

  #release({ timeStamp }: Event): void {
    const down = this.#down;
    if (!down || !pressable(down)) return;
    keep(this.#held, timeStamp - down.timeStamp);
    if (down.pointerType === "mouse") {
      this.#movesBefore = Math.min(this.#movesBefore, this.#recent(down.timeStamp).length);
    }
  }

  #click(event: MouseEvent): void {
    const target = pressable(event);
    const passedOn = event.timeStamp - Math.max(this.#hands.strokeAt, this.#labelAt) < SAME_STROKE_MS;
    if (target && !passedOn) this.#count(event, target.getBoundingClientRect());
    if ((event.target as Element).closest?.("label")) this.#labelAt = event.timeStamp;
  }

  #count(event: MouseEvent, { left, top, width, height }: DOMRect): void {
    const { clientX, clientY, detail } = event;
    const counts = this.#counts;
    counts.n++;
    if (Math.abs(clientX - left - width / 2) <= 1 && Math.abs(clientY - top - height / 2) <= 1) counts.centred++;
    if (!detail) counts.detail0++;
    if ((event as PointerEvent).pointerId < 0) counts.negative++;
  }

  /** Nothing where nothing was pressed. */
  read(): Presses | undefined {
    if (!this.#counts.n) return undefined;
    const times = this.#held.length
      ? { held_p50: spread(this.#held)?.p50, held_min: tenth(Math.min(...this.#held)) }
      : {};
    const before = Number.isFinite(this.#movesBefore) ? { moves_before_min: this.#movesBefore } : {};
    return { ...this.#counts, ...times, ...before } as Presses;
  }
}
