/** The page's workers, made of this script's own text: no request brings it, and it is the text that the page has let in. */

import { room } from "../guests.js";
import type { Room } from "../room.js";

const open = (kind: "Worker" | "SharedWorker") =>
  room<Room>(({ fresh }, heard) => {
    if (!fresh[kind]) throw "unsupported";
    const script = fresh.URL.createObjectURL(new fresh.Blob(["(", __ROOM__, ")()"]));
    const opened = new fresh[kind](script);
    ((opened as SharedWorker).port || opened).onmessage = heard;
    return script;
  });

export const worker = open("Worker");
export const sharedWorker = open("SharedWorker");
