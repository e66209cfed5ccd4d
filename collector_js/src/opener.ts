/**
 * The script that stands in the page of the gate's frame, `/v1/rooms`: it opens the gate's workers before anything else is fetched,
 * and posts their stories to the page that the location's hash names. Workers of the gate's own origin need no blob.
 */

import type { Rooms } from "./room.js";

const SCRIPT = "rooms.js";

/** A worker whose script is refused says so with an error event and no words. */
function open(name: keyof Rooms, make: () => [worker: Worker | SharedWorker, port: Worker | MessagePort]): void {
  const start = performance.now();
  const post = (sample: object) =>
    parent.postMessage({ hushgate: { [name]: sample } }, decodeURIComponent(location.hash.slice(1)));
  try {
    const [worker, port] = make();
    worker.onerror = () => post({ e: "blocked" });
    port.onmessage = ({ data }) => post({ v: data, ms: Math.round(performance.now() - start) });
  } catch (error) {
    // What there is, but may not be had, throws a SecurityError.
    post({ e: (error as Error).name === "ReferenceError" ? "unsupported" : "blocked" });
  }
}

open("shared_worker", () => {
  const worker = new SharedWorker(SCRIPT);
  return [worker, worker.port];
});
open("worker", () => {
  const worker = new Worker(SCRIPT);
  return [worker, worker];
});
