/** The page's workers, made of this script's own text: no request brings it, and it is the text that the page has let in. */

import { type Guest, room } from "../guests.js";
import type { Room } from "../room.js";
import { macrotask } from "../time.js";

const open = (kind: "Worker" | "SharedWorker") =>
  room<Room>(({ fresh, said }, heard) => {
    if (said === "csp") throw said;
    if (!fresh[kind]) throw "unsupported";
    const script = fresh.URL.createObjectURL(new fresh.Blob(["(", __ROOM__, ")()"]));
    const opened = new fresh[kind](script);
    ((opened as SharedWorker).port || opened).onmessage = heard;
    return script;
  });

export const worker = open("Worker");
const shared = open("SharedWorker");
/** A task later: Chromium has told by then that the page's policy refuses workers, and one refusal on a visitor's console is enough. */
export const sharedWorker = (guest: Guest) => macrotask().then(() => shared(guest));
