/** Clicks on fields and buttons that a pointer made: where they landed, how long they were held, what came before. */

import { quantile, tenth } from "./spread.ts";
import { type Hands, KEPT, on } from "./watch.ts";

export interface Presses {
  n: number;
  centred: number;
  held_p50?: number;
  held_min?: number;
  moves_before_min?: number;
  detail0: number;
  negative: number;
}

const PRESSED = "input,textarea,select,button";
const BEFORE_MS = 1000;

/** A key's click, or the one that a label passes on to its field, comes within the same stroke as its cause. */
const SAME_STROKE_MS = 50;

export class PressShape {
  private counts = { n: 0, centred: 0, detail0: 0, negative: 0 };
  private held: number[] = [];
  private movesBefore: number | undefined;
  private moves: number[] = [];
  private down: PointerEvent | undefined;
  private last: MouseEvent | undefined;

  constructor(private readonly hands: Hands) {
    on("pointermove", ({ timeStamp }) => {
      this.moves = this.recent(timeStamp).concat(timeStamp);
    });
    on("pointerdown", (event) => {
      this.down = event;
    });
    on("pointerup", ({ timeStamp }) => this.hold(timeStamp));
    on("click", (event) => {
      if (!this.isPassedOn(event)) this.press(event);
      this.last = event;
    });
  }

  private recent(at: number): number[] {
    return this.moves.filter((move) => at - move < BEFORE_MS);
  }

  private hold(at: number): void {
    if (!this.down || !this.pressed(this.down)) return;
    if (this.held.length < KEPT) this.held.push(at - this.down.timeStamp);
    if (this.down.pointerType !== "mouse") return;
    const before = this.recent(this.down.timeStamp).length;
    this.movesBefore = Math.min(before, this.movesBefore ?? before);
  }

  private pressed = ({ target }: Event): Element | null => (target instanceof Element ? target.closest(PRESSED) : null);

  private isPassedOn({ timeStamp, target }: MouseEvent): boolean {
    if (timeStamp - this.hands.strokeAt < SAME_STROKE_MS) return true;
    const label = this.last?.target instanceof Element && this.last.target.closest("label");
    return !!label && label.control === target && timeStamp - (this.last as MouseEvent).timeStamp < SAME_STROKE_MS;
  }

  private press(event: MouseEvent): void {
    const target = this.pressed(event);
    if (!target) return;
    const { left, top, width, height } = target.getBoundingClientRect();
    const off = Math.max(Math.abs(event.clientX - left - width / 2), Math.abs(event.clientY - top - height / 2));
    this.counts.n++;
    if (off <= 1) this.counts.centred++;
    if (!event.detail) this.counts.detail0++;
    if ((event as PointerEvent).pointerId < 0) this.counts.negative++;
  }

  /** Undefined where nothing was pressed. */
  read(): Presses | undefined {
    if (!this.counts.n) return undefined;
    const { held } = this;
    const times = held.length ? { held_p50: quantile(held, 0.5), held_min: tenth(Math.min(...held)) } : {};
    return { ...this.counts, ...times, moves_before_min: this.movesBefore } as Presses;
  }
}
