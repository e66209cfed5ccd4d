/**
 * Tells the story of a room of the gate's origin, whichever it is. In the gate's frame, `/v1/rooms`, it stands in the page and opens
 * workers out of its own text, where the page could open none: one request brings every room. Stories go to the page that the
 * location's hash names; a worker's go to whoever opened it.
 */

import type { Scope } from "./realm.js";
import { story, tellOpener } from "./room.js";
import { type Collected, fill } from "./signal.js";
import { deadline } from "./time.js";

/** Less than the page waits: what is late is not to keep the rest from it. */
const ALL_MS = 2000;

const scope = self as unknown as Scope;

/** A worker whose script is refused says so with an error event and no words. */
const made = (kind: "Worker" | "SharedWorker", script: string) => () =>
  new Promise((tell, refuse) => {
    if (!scope[kind]) throw "unsupported";
    const worker = new scope[kind](script);
    worker.onerror = () => refuse("blocked");
    ((worker as SharedWorker).port || worker).onmessage = ({ data }: MessageEvent) => tell(data);
  });

async function tellPage(script: string): Promise<void> {
  // "#https://shop.example#", then whether the page has workers of its own. An older page says nothing of it.
  const [, page, word] = location.hash.split("#").map(decodeURIComponent);
  const alone = word === "true";
  const hushgate: Collected = {};
  const rooms = {
    ...(alone ? {} : { shared_worker: made("SharedWorker", script), worker: made("Worker", script) }),
    // Beside workers, graphics are left to them: a context costs more than all the rest.
    frame: () => story(scope, alone),
  };
  const filled = Object.entries(rooms).map(([name, room]) => {
    hushgate[name] = { e: "timeout" };
    return fill(hushgate, name, room, scope);
  });
  await deadline(Promise.all(filled), ALL_MS);
  parent.postMessage({ hushgate }, page as string);
}

if (scope.document) tellPage(URL.createObjectURL(new Blob([document.currentScript?.textContent as string])));
else tellOpener(scope);
