/** Counts what a pointer does: its kind, its pressure, the grain of its places and times. */

import { move } from "./path.js";
import { hold, press } from "./presses.js";
import { counts, on } from "./watch.js";

let last: number;

function onMove({ clientX: x, clientY: y, timeStamp: at }: PointerEvent): void {
  move({ x, y, at });
  // How many moves of the mouse go into one event of the page: not every engine tells, and only on secure pages.
  if ("onpointerrawupdate" in window) counts.coalesced_moves++;
  const gap = at - last;
  last = at;
  if (gap > 0) counts.gaps++;
  if (gap > 0 && Math.abs(gap - Math.round(gap)) < 0.005) counts.whole_gaps++;
}

function onDown(event: PointerEvent): void {
  const { pointerType, buttons, pressure } = event;
  press(event);
  if (/^(mouse|touch|pen)$/.test(pointerType)) counts[pointerType as "mouse"]++;
  // The standard says 0.5 where a button is held and nothing is measured: https://w3c.github.io/pointerevents/#dom-pointerevent-pressure
  if (pointerType === "mouse" && buttons && !pressure) counts.pressureless++;
}

export function watchPointer(): void {
  for (const [kind, listen] of Object.entries({ move: onMove, down: onDown, up: hold })) {
    on(`pointer${kind}` as "pointermove", (event) => {
      if (event.clientX % 1 || event.clientY % 1) counts.fractional++;
      listen(event);
    });
  }
  on("pointerrawupdate" as "pointermove", () => void counts.raw++);
}
