// What the browser's benchmark asks of the collector's own sources: how soon the environment is read, and how long a quiz takes.
import { freshRealm, openRooms } from "../../collector_js/src/guests.js";
import { setOptions } from "../../collector_js/src/options.js";
import { type Quiz, solve } from "../../collector_js/src/quiz.js";
import type { Scope } from "../../collector_js/src/realm.js";
import { told } from "../../collector_js/src/room.js";
import { type Collected, collect } from "../../collector_js/src/signal.js";
import { environment } from "../../collector_js/src/signals/index.js";

const clocked = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Milliseconds to the page's own signals, its empty frame among them, and from there to the gate's frame and workers (visit.ts). */
async function read(endpoint: string): Promise<[own: number, rooms: number]> {
  setOptions({ sitekey: "bench", endpoint });
  const samples: Collected = {};
  const open = openRooms(samples);
  const own = await clocked(() => {
    const guest = freshRealm();
    return Promise.all([collect(told, window as Scope, samples), collect(environment, guest, samples)]);
  });
  return [own, await clocked(open)];
}

const quiz = (asked: Quiz): Promise<number> => clocked(() => solve(asked));

Object.assign(window, { bench: { clocked, read, quiz } });
