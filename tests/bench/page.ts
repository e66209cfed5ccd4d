// What the browser's benchmark asks of the collector's own sources: how soon the environment is read, and how long a quiz takes.
// And of the browser: how soon a room can say anything at all.
import { freshRealm, openRooms } from "../../collector_js/src/guests.js";
import { setOptions } from "../../collector_js/src/options.js";
import { type Quiz, solve } from "../../collector_js/src/quiz.js";
import { hiddenFrame, type Scope } from "../../collector_js/src/realm.js";
import { told } from "../../collector_js/src/room.js";
import { type Collected, collect } from "../../collector_js/src/signal.js";
import { environment } from "../../collector_js/src/signals/index.js";
import { macrotask } from "../../collector_js/src/time.js";

const clocked = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/**
 * Milliseconds from the start to each signal that was told, rooms among them; `own` is when the page has read itself and its empty
 * frame, `all` when nothing more is waited for. The steps are those of startVisit() in visit.ts.
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
  const open = openRooms(samples);
  await macrotask();
  const guest = freshRealm();
  await Promise.all([collect(told, window as Scope, samples), collect(environment, guest, samples)]);
  put("own");
  guest.leave();
  await open();
  put("all");
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
    const frame = hiddenFrame(url);
    await heard;
    frame.remove();
  });

Object.assign(window, { bench: { clocked, read, quiz, emptyWorker, emptyFrame } });
