/** Clicks on fields and buttons that a pointer made: where they landed, how long they were held, what came before. */

import { hands } from "./keys.js";
import { between, recentMoves } from "./path.js";
import { spread, tenth } from "./spread.js";
import { keep, on } from "./watch.js";

export interface Presses {
  n: number;
  centred: number;
  held_p50?: number;
  held_min?: number;
  moves_before_min?: number;
  detail0: number;
  negative: number;
}

/** Enter and Space click as well, within the same stroke. */
const SAME_STROKE_MS = 50;

const presses: Presses = { n: 0, centred: 0, detail0: 0, negative: 0 };
const held: number[] = [];
const movesBefore: number[] = [];
let down: PointerEvent | undefined;

const pressable = ({ target }: Event): Element | null => (target as Element).closest?.("input,textarea,select,button");

/** At a pointerdown. */
export function press(event: PointerEvent): void {
  down = event;
}

/** At a mouse's. */
export function approach(event: PointerEvent): void {
  if (pressable(event)) keep(movesBefore, recentMoves(event));
}

/** At a pointerup. */
export function hold({ timeStamp }: Event): void {
  if (down && pressable(down)) keep(held, timeStamp - down.timeStamp);
}

function onClick(event: MouseEvent): void {
  const target = pressable(event);
  if (!target || event.timeStamp - hands.strokeAt <= SAME_STROKE_MS) return;
  const { x, y, width, height } = target.getBoundingClientRect();
  presses.n++;
  if (between(event, { x: x + width / 2, y: y + height / 2 }) < 1.5) presses.centred++;
  if (!event.detail) presses.detail0++;
  if ((event as PointerEvent).pointerId < 0) presses.negative++;
}

export const watchPresses = (): void => on("click", onClick);

/** Nothing where nothing was pressed. */
export function readPresses(): Presses | undefined {
  // The least of none is Infinity, which JSON has no number for: it arrives as null.
  const least = (values: number[]) => tenth(Math.min(...values));
  return presses.n
    ? ({
        ...presses,
        held_p50: spread(held)?.p50,
        held_min: least(held),
        moves_before_min: least(movesBefore),
      } as Presses)
    : undefined;
}
