/** Counts what a pointer does: its kind, its pressure, the grain of its places and times. */

import { type Path, PathShape } from "./path.js";
import { type Counts, on } from "./watch.js";

/** Starts listening; what it gives back reads the shape of the way so far. */
export function watchPointer(counts: Counts): () => Path | undefined {
  const path = new PathShape();
  const hasRaw = "onpointerrawupdate" in window;
  let last: number | undefined;
  on("pointermove", ({ clientX: x, clientY: y, timeStamp: at }) => {
    path.move({ x, y, at });
    const gap = at - (last ?? at);
    if (gap > 0) {
      counts.gaps++;
      if (Math.abs(gap - Math.round(gap)) < 0.005) counts.whole_gaps++;
    }
    last = at;
    // How many moves of the mouse go into one event of the page: only Chromium tells, and only on secure pages.
    if (hasRaw) counts.coalesced_moves++;
  });
  on("pointerrawupdate" as "pointermove", () => void counts.raw++);
  on("pointerdown", (event) => countDown(event, counts));
  for (const kind of ["pointermove", "pointerdown", "pointerup"] as const) {
    on(kind, ({ clientX, clientY }) => void ((clientX % 1 || clientY % 1) && counts.fractional++));
  }
  return () => path.read();
}

function countDown({ pointerType, buttons, pressure }: PointerEvent, counts: Counts): void {
  if (/^(mouse|touch|pen)$/.test(pointerType)) counts[pointerType as "mouse"]++;
  // The standard says 0.5 where a button is held and nothing is measured: https://w3c.github.io/pointerevents/#dom-pointerevent-pressure
  if (pointerType === "mouse" && buttons && !pressure) counts.pressureless++;
}
