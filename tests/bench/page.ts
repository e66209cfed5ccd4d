// What the browser's benchmark asks of the collector's own sources: how soon the environment is read, and how long a quiz takes.
// And of the browser: how soon a room can say anything at all.
import { freshRealm } from "../../collector_js/src/guests.js";
import { setOptions } from "../../collector_js/src/options.js";
import { type Quiz, solve } from "../../collector_js/src/quiz.js";
import { hiddenFrame, type Scope } from "../../collector_js/src/realm.js";
import { told } from "../../collector_js/src/room.js";
import { type Collected, collect } from "../../collector_js/src/signal.js";
import { frame } from "../../collector_js/src/signals/frame.js";
import { environment } from "../../collector_js/src/signals/index.js";
import { macrotask } from "../../collector_js/src/time.js";

const clocked = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** What the page reads of itself, and its empty frame. */
const ROOMS = ["worker", "shared_worker"];
const PAGE = Object.keys({ ...environment, ...told }).filter((name) => !ROOMS.includes(name));

/**
 * Milliseconds from the start to each signal that was told, rooms among them; `page` is when the page has read itself and its empty frame,
 * `own` when its workers have told their stories as well. The steps are those of startVisit() in visit.ts.
 */
async function read(endpoint: string): Promise<Record<string, number>> {
  setOptions({ sitekey: "bench", endpoint });
  const start = performance.now();
  const times: Record<string, number> = {};
  const put = (name: string) => {
    times[name] = performance.now() - start;
  };
  const samples = new Proxy({} as Collected, {
    set(kept, name: string, sample) {
      if ("v" in sample) put(name);
      return Reflect.set(kept, name, sample);
    },
  });
  await macrotask();
  const guest = freshRealm();
  await Promise.all([
    collect(environment, guest, samples),
    macrotask().then(() => collect(told, window as Scope, samples)),
  ]);
  put("own");
  times.page = Math.max(...PAGE.map((name) => times[name] ?? 0));
  await collect({ frame }, guest, samples);
  guest.leave();
  return times;
}

const quiz = (asked: Quiz): Promise<number> => clocked(() => solve(asked));

/** Milliseconds to the first word of a worker that does nothing else. */
const emptyWorker = (): Promise<number> =>
  clocked(async () => {
    const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(0)"])));
    await new Promise((heard) => {
      worker.onmessage = heard;
    });
    worker.terminate();
  });

/** The same of a frame. */
const emptyFrame = (url: string): Promise<number> =>
  clocked(async () => {
    const heard = new Promise((resolve) => addEventListener("message", resolve, { once: true }));
    const frame = hiddenFrame(window as Scope, url);
    await heard;
    frame.remove();
  });

Object.assign(window, { bench: { clocked, read, quiz, emptyWorker, emptyFrame } });
