/**
 * Runs in the gate's frame, `/v1/rooms`. Workers of the gate's own origin need neither a blob nor an inline script, so the
 * frame opens them from its own script's folder and posts each story to the page that the location's hash names.
 */

import type { Scope } from "./realm.ts";
import { type Room, type Rooms, sampled, story } from "./room.ts";
import { Missing } from "./signal.ts";

const workerUrl = new URL("room.js", (document.currentScript as HTMLScriptElement).src).href;
const page = decodeURIComponent(location.hash.slice(1));

const post = (part: Rooms) => parent.postMessage({ hushgate: 1, ...part }, page);

/** The first message of a worker. A worker whose script is refused says so with an error event and no words. */
const heard = (worker: Worker | SharedWorker, port: Worker | MessagePort): Promise<Room> =>
  new Promise((resolve, reject) => {
    worker.onerror = () => reject(new Missing("blocked"));
    port.onmessage = ({ data }) => resolve(data);
  });

async function workerStory(): Promise<Room> {
  const worker = new Worker(workerUrl);
  return heard(worker, worker);
}

async function sharedWorkerStory(): Promise<Room> {
  if (!window.SharedWorker) throw new Missing("unsupported");
  const worker = new SharedWorker(workerUrl);
  return heard(worker, worker.port);
}

sampled(workerStory).then((worker) => post({ worker }));
sampled(sharedWorkerStory).then((shared_worker) => post({ shared_worker }));
sampled(() => story(window as Scope)).then((frame) => post({ frame }));
