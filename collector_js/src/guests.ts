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

/** After the gate's frame has loaded, its script has run; from one that was refused nothing will come. */
const SILENCE_MS = 1500;

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
  let silent = true;
  // A frame that stays would keep the page out of the browser's back-forward cache: it has a shared worker.
  const end = () => {
    frame.remove();
    done();
  };
  const refused = (reason: string) => {
    if (silent) {
      all(reason);
      end();
    }
  };
  addEventListener("message", ({ data, source }) => {
    // Extensions may speak out of the frame as well, but not so.
    if (source !== frame.contentWindow || !data?.hushgate) return;
    silent = false;
    Object.assign(samples, data.hushgate);
    if (ROOMS.every((name) => (samples[name] as { e?: string }).e !== "timeout")) end();
  });
  // What is reported as blocked has lost its hash.
  addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (effectiveDirective === "frame-src" && frame.src.startsWith(blockedURI)) refused("csp");
  });
  const frame = hiddenFrame(`${options.endpoint}/v1/rooms#${location.origin}`);
  frame.onload = () => sleep(SILENCE_MS).then(() => refused("blocked"));
  sleep(EACH_MS).then(end);
}
