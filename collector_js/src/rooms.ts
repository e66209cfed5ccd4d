/**
 * The gate's rooms, one file for all of them. In the gate's frame, `/v1/rooms`, it opens itself as a worker and as a shared
 * worker and posts each story to the page that the location's hash names: workers of the gate's own origin need neither a blob
 * nor an inline script. In a worker it tells its story to whoever opened it.
 */

import type { Scope } from "./realm.js";
import { type Room, type Rooms, story } from "./room.js";
import { type Collected, collect } from "./signal.js";

interface Teller {
  postMessage(message: unknown): void;
}

const scope = self as unknown as Scope & Teller & { onconnect: (event: MessageEvent) => void };
const tell = async (teller: Teller) => teller.postMessage(await story(scope));

/** The first message of a worker. A worker whose script is refused says so with an error event and no words. */
const heard = (worker: Worker | SharedWorker, port: Worker | MessagePort): Promise<Room> =>
  new Promise((resolve, reject) => {
    worker.onerror = () => reject("blocked");
    port.onmessage = ({ data }) => resolve(data);
  });

function openAll(script: string): void {
  const dedicated = () => {
    const worker = new Worker(script);
    return heard(worker, worker);
  };
  const shared = async () => {
    if (!self.SharedWorker) throw "unsupported";
    const worker = new SharedWorker(script);
    return heard(worker, worker.port);
  };
  const tellOf = async (name: keyof Rooms, room: () => Promise<Room>) => {
    const samples: Collected = {};
    await collect({ [name]: room }, undefined, samples);
    parent.postMessage({ hushgate: 1, ...samples }, decodeURIComponent(location.hash.slice(1)));
  };
  tellOf("worker", dedicated);
  tellOf("shared_worker", shared);
  tellOf("frame", () => story(scope));
}

if (scope.document) openAll((document.currentScript as HTMLScriptElement).src);
else if ("onconnect" in scope) scope.onconnect = ({ ports }) => tell(ports[0] as MessagePort);
else tell(scope);
