/** One page's visit: reads the environment once, and makes the payload when it is asked for. */

import { freshRealm, openRooms } from "./guests.js";
import { collect, Missing } from "./signal.js";
import { environment, moment, type Visit } from "./signals/index.js";
import { watchInteraction } from "./signals/interaction.js";
import { deadline } from "./time.js";

export type When = "submit" | "load" | "execute";

export interface VisitOptions {
  endpoint: string;
  rooms?: "off" | undefined;
  forms: () => HTMLFormElement[];
}

/** How long a seal waits for signals that have not answered: a form is being held meanwhile. */
const ALL_MS = 1000;

const page = (when: When) => ({
  version: __VERSION__,
  when,
  open_ms: Math.round(performance.now()),
  clock: Date.now(),
  embedding: window.top === window ? "top" : "frame",
});

const noRooms = async () => {
  throw new Missing("off");
};

/** Starts reading. What it gives back makes the exact text that is sealed. */
export function startVisit({ endpoint, rooms, forms }: VisitOptions): (when: When) => Promise<string> {
  const guest = freshRealm();
  const visit: Visit = {
    scope: window,
    fresh: guest.fresh,
    pristine: guest.pristine,
    ask: rooms === "off" ? noRooms : openRooms(endpoint),
    interaction: watchInteraction(forms),
  };
  const { samples, done } = collect(environment, visit);
  done.then(guest.leave);
  return async (when) => {
    const now = collect(moment, visit);
    await deadline<unknown>(Promise.all([done, now.done]), when === "load" ? 5 * ALL_MS : ALL_MS, () => undefined);
    return JSON.stringify({ v: 1, signals: { ...samples, ...now.samples }, page: page(when) });
  };
}
