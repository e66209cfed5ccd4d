/** Counts what a pointer does: its kind, its pressure, the grain of its places and times. */

import { between, move } from "./path.js";
import { approach, hold, press } from "./presses.js";
import { count, counts, on } from "./watch.js";

/** A mouse is where it last moved to, give or take a hasty pixel. */
const NEAR_PX = 9;

let last: number;
let place: PointerEvent | undefined;

function onMove(event: PointerEvent): void {
  place = event;
  move(event);
  // How many moves of the mouse go into one event of the page: not every engine tells, and only on secure pages; who tells does so before the move.
  if (counts.raw) count("coalesced_moves");
}

function onDown(event: PointerEvent): void {
  const { pointerType } = event;
  press(event);
  if (/^(mouse|touch|pen)$/.test(pointerType)) count(pointerType as "mouse");
  if (pointerType === "mouse") {
    approach(event);
    // The standard says 0.5 where a button is held and nothing is measured: https://w3c.github.io/pointerevents/#dom-pointerevent-pressure
    if (event.buttons && !event.pressure) count("pressureless");
    if (place && between(place, event) > NEAR_PX) count("jumps");
  }
  place = event;
}

export function watchPointer(): void {
  for (const [kind, listen] of Object.entries({ move: onMove, down: onDown, up: hold })) {
    on(`pointer${kind}` as "pointermove", (event) => {
      const gap = event.timeStamp - last;
      last = event.timeStamp;
      if (event.x % 1 || event.y % 1) count("fractional");
      // Fingers move little: that they come and go is timed as well.
      if (gap > 0) count("gaps");
      if (gap > 0 && Math.abs(gap - Math.round(gap)) < 0.005) count("whole_gaps");
      listen(event);
    });
  }
  // A move is no click, and no mouse numbers it as one: https://w3c.github.io/uievents/#event-type-mousemove.
  on("mousemove", ({ detail }) => detail && count("numbered"));
  on("pointerrawupdate" as "pointermove", () => count("raw"));
}
