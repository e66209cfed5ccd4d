/** Counts what a pointer does: its kind, its pressure, the grain of its places and times. */

import { type Path, PathShape } from "./path.ts";
import { type Counts, on } from "./watch.ts";

/** Raw updates come at the mouse's own rate; after so many their ratio is known and the page is spared the rest. */
const RAW_MAX = 1000;

const isWhole = (gap: number): boolean => Math.abs(gap - Math.round(gap)) < 0.005;

/** Starts listening; what it gives back reads the shape of the way so far. */
export function watchPointer(counts: Counts): () => Path | undefined {
  const path = new PathShape();
  let last = 0;
  on("pointermove", ({ clientX, clientY, timeStamp }) => {
    path.move(clientX, clientY, timeStamp);
    if (last && timeStamp > last) {
      counts.gaps++;
      if (isWhole(timeStamp - last)) counts.whole_gaps++;
    }
    last = timeStamp;
  });
  for (const kind of ["pointermove", "pointerdown", "pointerup"] as const) {
    on(kind, ({ clientX, clientY }) => {
      if (clientX % 1 || clientY % 1) counts.fractional++;
    });
  }
  on("pointerdown", (event) => countDown(event, counts));
  watchRaw(counts);
  return () => path.read();
}

function countDown({ pointerType, buttons, pressure }: PointerEvent, counts: Counts): void {
  if (pointerType === "mouse" || pointerType === "touch" || pointerType === "pen") counts[pointerType]++;
  // The standard says 0.5 for a held button of a mouse that measures none: https://w3c.github.io/pointerevents/#dom-pointerevent-pressure
  if (pointerType === "mouse" && buttons && !pressure) counts.pressureless++;
}

/** How many moves of the mouse went into one event of the page. Only Chromium tells, and only on secure pages. */
function watchRaw(counts: Counts): void {
  if (!("onpointerrawupdate" in window)) return;
  const options = { capture: true, passive: true };
  const onMove = () => counts.coalesced_moves++;
  const onRaw = () => {
    if (++counts.raw < RAW_MAX) return;
    window.removeEventListener("pointerrawupdate", onRaw, options);
    window.removeEventListener("pointermove", onMove, options);
  };
  window.addEventListener("pointerrawupdate", onRaw, options);
  window.addEventListener("pointermove", onMove, options);
}
