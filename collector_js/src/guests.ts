/** The page's side of the rooms: an empty frame of its own, and the gate's frame with its workers. */

import { options } from "./options.js";
import { hiddenFrame, type Pristine, type Scope } from "./realm.js";
import type { Rooms } from "./room.js";
import { type Collected, EACH_MS } from "./signal.js";
import { sleep } from "./time.js";

/** An empty frame's realm, its built-ins, and the way to give the frame back. */
export interface Guest {
  readonly fresh: Scope;
  readonly pristine: Pristine;
  leave(): void;
}

export function freshRealm(): Guest {
  const frame = hiddenFrame();
  // A disguise may hand out none: then the signals that need it say so, each by itself.
  const fresh = frame.contentWindow as Scope;
  return { fresh, pristine: { Function: fresh?.Function, Reflect: fresh?.Reflect }, leave: () => frame.remove() };
}

const ROOMS: (keyof Rooms)[] = ["frame", "worker", "shared_worker"];

/**
 * The gate's rooms are late, or not wanted, until they tell their stories. What it gives back opens them, and is done when all have
 * told theirs, or none will.
 */
export function openRooms(samples: Collected): () => Promise<void> {
  const all = (e: string) => {
    for (const name of ROOMS) samples[name] = { e };
  };
  all(options.rooms || "timeout");
  return () => new Promise((done) => (options.rooms ? done() : listen(samples, done, all)));
}

function listen(samples: Collected, done: () => void, all: (reason: string) => void): void {
  // A frame that stays would keep the page out of the browser's back-forward cache: it has a shared worker.
  const end = () => {
    frame.remove();
    done();
  };
  addEventListener("message", ({ data, source }) => {
    // Extensions may speak out of the frame as well, but not so.
    if (source !== frame.contentWindow || !data?.hushgate) return;
    Object.assign(samples, data.hushgate);
    if (ROOMS.every((name) => (samples[name] as { e?: string }).e !== "timeout")) end();
  });
  addEventListener("securitypolicyviolation", ({ blockedURI, disposition }) => {
    // What is blocked is told without its hash. A policy that only reports blocks nothing.
    if (disposition === "report" || !blockedURI || !frame.src.startsWith(blockedURI)) return;
    all("csp");
    end();
  });
  const frame = hiddenFrame(`${options.endpoint}/v1/rooms#${location.origin}`);
  sleep(EACH_MS).then(end);
}
