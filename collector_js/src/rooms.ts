/**
 * Tells the story of a room of the gate's origin, whichever it is. In the gate's frame, `/v1/rooms`, it stands in the page and opens
 * the workers out of its own text: one request brings every room. Stories go to the page that the location's hash names; a
 * worker's go to whoever opened it.
 */

import type { Scope } from "./realm.js";
import { type Rooms, story, told } from "./room.js";

interface Teller {
  postMessage(message: unknown): void;
}

const scope = self as unknown as Scope & Teller & { onconnect: (event: MessageEvent) => void };
const tell = async (teller: Teller) => teller.postMessage(await story(scope));
const post = (rooms: Rooms) => parent.postMessage({ hushgate: rooms }, decodeURIComponent(location.hash.slice(1)));

/** Gives the way to tell of a room with the time it took, counted from now. */
function clocked(name: keyof Rooms): (v: object) => void {
  const start = performance.now();
  return (v) => post({ [name]: { v, ms: Math.round(performance.now() - start) } });
}

/** A worker whose script is refused says so with an error event and no words. */
function open(name: keyof Rooms, make: () => [worker: Worker | SharedWorker, port: Worker | MessagePort]): void {
  const answer = clocked(name);
  try {
    const [worker, port] = make();
    worker.onerror = () => post({ [name]: { e: "blocked" } });
    port.onmessage = ({ data }) => answer(data);
  } catch (error) {
    // What there is, but may not be had, throws a SecurityError.
    post({ [name]: { e: (error as Error).name === "ReferenceError" ? "unsupported" : "blocked" } });
  }
}

async function openAll(): Promise<void> {
  const script = URL.createObjectURL(new Blob([document.currentScript?.textContent as string]));
  open("shared_worker", () => {
    const worker = new SharedWorker(script);
    return [worker, worker.port];
  });
  open("worker", () => {
    const worker = new Worker(script);
    return [worker, worker];
  });
  // Graphics are left to the workers: a context costs more than all the rest, and who changes pages changes frames as well.
  delete (told as Partial<typeof told>).webgl;
  const answer = clocked("frame");
  answer(await story(scope));
}

if (scope.document) openAll();
else if ("onconnect" in scope) scope.onconnect = ({ ports }) => tell(ports[0] as MessagePort);
else tell(scope);
