/** The page's side of the rooms: an empty frame of its own, and the gate's frame with its workers. */

import { hiddenFrame, type Pristine, type Scope } from "./realm.js";
import type { Room, Rooms } from "./room.js";
import { EACH_MS, Missing, type Sample } from "./signal.js";
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

/** Asks for one of the gate's rooms by name. */
export type Ask = (name: keyof Rooms) => Promise<Room>;

/** After the gate's frame has loaded, its script has run; from one that was refused nothing will come. */
const SILENCE_MS = 1500;

/** Opens the gate's frame, and takes it away when its rooms have had their time. */
export function openRooms(endpoint: string): Ask {
  const { origin } = new URL(endpoint);
  const waiting = new Map<keyof Rooms, (sample: Sample<Room>) => void>();
  const refuse = (e: string) => {
    for (const settle of waiting.values()) settle({ e });
  };
  window.addEventListener("message", ({ data, origin: from, source }) => {
    if (from !== origin || source !== frame.contentWindow || data?.hushgate !== 1) return;
    for (const [name, settle] of waiting) if (data[name]) settle(data[name]);
  });
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (effectiveDirective === "frame-src" && blockedURI.startsWith(origin)) refuse("csp");
  });
  const frame = hiddenFrame(`${endpoint}/v1/rooms#${encodeURIComponent(location.origin)}`);
  frame.onload = () => sleep(SILENCE_MS).then(() => refuse("blocked"));
  sleep(EACH_MS).then(() => frame.remove());
  return async (name) => {
    const sample = await new Promise<Sample<Room>>((settle) => waiting.set(name, settle));
    if ("v" in sample) return sample.v;
    throw new Missing(sample.e);
  };
}
