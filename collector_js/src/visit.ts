/** One page's visit: reads the environment once, and makes the payload when it is asked for. */

import { freshRealm } from "./guests.js";
import { type Quiz, solve } from "./quiz.js";
import type { Scope } from "./realm.js";
import { told } from "./room.js";
import { type Collected, collect, EACH_MS, fill } from "./signal.js";
import { frame } from "./signals/frame.js";
import { environment, moment } from "./signals/index.js";
import { watchInteraction } from "./signals/interaction.js";
import { deadline, macrotask } from "./time.js";

export type When = "submit" | "load" | "execute";

/** How long a seal waits for signals that have not answered: a form is being held meanwhile. */
const ALL_MS = 1000;

const circumstances = (when: When) => ({
  version: __VERSION__,
  when,
  open_ms: Math.round(performance.now()),
  clock: Date.now(),
  embedding: top === self ? "top" : "frame",
});

/** Starts reading. What it gives back makes the exact text that is sealed. */
export function startVisit(): (when: When, quiz: Quiz | undefined) => Promise<string> {
  watchInteraction();
  const samples: Collected = { frame: { e: "timeout" } };
  // In a task of its own: the first frame of a page costs more than anything else here, and the script has only just been run.
  const realm = macrotask().then(freshRealm);
  const done = realm.then(async (guest) => {
    await Promise.all([
      collect(environment, guest, samples),
      // Behind the others: workers that are open start while the page reads its own graphics.
      macrotask().then(() => collect(told, window as Scope, samples)),
    ]);
    // Only then: it would take the processor from the others, and may share the page's thread.
    await collect({ frame }, guest, samples);
    Object.assign(samples, (samples.frame as { v?: { hushgate: Collected } }).v?.hushgate);
    // A frame that stays would keep the page out of the browser's back-forward cache: it has a shared worker.
    guest.leave();
  });
  return async (when, quiz) => {
    const now: Collected = {};
    await deadline(
      realm.then((guest) => Promise.all([done, collect(moment, guest, now)])),
      when === "load" ? EACH_MS : ALL_MS,
    );
    // Last and at once: no form waits for it, and no load on the machine makes it late.
    await fill(now, "quiz", solve, quiz);
    return JSON.stringify({ v: 1, signals: { ...samples, ...now }, page: circumstances(when) });
  };
}
