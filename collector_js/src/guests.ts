/** The page's side of the rooms: an empty frame of its own, and the gate's frame with its workers. */

import { hiddenFrame, type Scope } from "./realm.ts";
import type { Room, Rooms } from "./room.ts";
import { EACH_MS, Missing, type Sample } from "./signal.ts";
import { sleep } from "./time.ts";

/** A realm that no script of the page has touched yet, and the way to give it back. */
export interface Guest {
  readonly scope: Scope;
  leave(): void;
}

export function freshRealm(): Guest {
  const frame = hiddenFrame();
  return { scope: frame.contentWindow as Scope, leave: () => frame.remove() };
}

/** Asks for one of the gate's rooms by name. */
export type Ask = (name: keyof Rooms) => Promise<Room>;

/** After the gate's frame has loaded, its script has run and its first story is under way. */
const SILENCE_MS = 1500;

interface Waiting {
  answer: Promise<Sample<Room>>;
  settle(sample: Sample<Room>): void;
}

function waiting(): Waiting {
  const it = {} as Waiting;
  it.answer = new Promise((resolve) => {
    it.settle = resolve;
  });
  return it;
}

/** Opens the gate's frame, and takes it away once all its rooms have answered or the time is up. */
export function openRooms(endpoint: string): Ask {
  const rooms = { frame: waiting(), worker: waiting(), shared_worker: waiting() };
  const all = Object.entries(rooms) as [keyof Rooms, Waiting][];
  const close = listen(endpoint, {
    heard: (story) => all.forEach(([name, { settle }]) => void (story[name] && settle(story[name]))),
    refused: (e) => all.forEach(([, { settle }]) => void settle({ e })),
  });
  Promise.race([Promise.all(all.map(([, { answer }]) => answer)), sleep(EACH_MS)]).then(close);
  return async (name) => {
    const sample = await rooms[name].answer;
    if ("v" in sample) return sample.v;
    throw new Missing(sample.e);
  };
}

interface Ears {
  heard(rooms: Rooms): void;
  refused(reason: string): void;
}

/** Listens to the frame, and to what the browser says where it may not be opened. Gives back what ends it all. */
function listen(endpoint: string, { heard, refused }: Ears): () => void {
  const { origin } = new URL(endpoint);
  const onMessage = ({ data, origin: from, source }: MessageEvent) => {
    if (from === origin && source === frame.contentWindow && data?.hushgate === 1) heard(data);
  };
  const onViolation = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent) => {
    if (/^(frame|child)-src/.test(effectiveDirective) && blockedURI.startsWith(origin)) refused("csp");
  };
  window.addEventListener("message", onMessage);
  document.addEventListener("securitypolicyviolation", onViolation);
  const frame = hiddenFrame(`${endpoint}/v1/rooms#${encodeURIComponent(location.origin)}`);
  frame.onload = () => sleep(SILENCE_MS).then(() => refused("blocked"));
  return () => {
    frame.remove();
    window.removeEventListener("message", onMessage);
    document.removeEventListener("securitypolicyviolation", onViolation);
  };
}
