/** The story that a realm tells of itself: the same few signals, asked in the page's frame, the gate's frame and its workers. */

import type { Scope } from "./realm.js";
import type { Sample, Samples } from "./signal.js";
import { clientHints } from "./signals/client-hints.js";
import { hardware } from "./signals/hardware.js";
import { languages } from "./signals/languages.js";
import { platform } from "./signals/platform.js";
import { timezone } from "./signals/timezone.js";
import { userAgent } from "./signals/user-agent.js";
import { vendor } from "./signals/vendor.js";
import { webdriver } from "./signals/webdriver.js";
import { webgl } from "./signals/webgl.js";

/** What the page is asked as well. Graphics last: they cost the most by far. */
export const told = {
  user_agent: userAgent,
  platform,
  vendor,
  languages,
  timezone,
  client_hints: clientHints,
  hardware,
  webdriver,
  webgl,
};

type Told = Samples<typeof told>;

/** A room's story. */
export type Room = { [Name in keyof Told]?: Extract<Told[Name], { v: unknown }>["v"] };

/** What the gate's frame posts, piece by piece as its rooms answer. The workers are in it where the page has none of its own. */
export interface Rooms {
  frame?: Sample<Room>;
  worker?: Sample<Room>;
  shared_worker?: Sample<Room>;
}

/** Asks a realm for its story. What could not be told is left out, and graphics where another room is to tell them. */
export async function story(scope: Scope, graphics: unknown): Promise<Room> {
  const room: Record<string, unknown> = {};
  const ask = async (name: string) => {
    if (graphics || name !== "webgl") room[name] = await told[name as keyof Told](scope);
  };
  await Promise.allSettled(Object.keys(told).map(ask));
  return room;
}

interface Opener {
  postMessage(message: unknown): void;
}

/** A worker tells its story to whoever opened it: a shared one to the page that connects, and it has no other to post to. */
export function tellOpener(scope: Scope): void {
  const worker = scope as unknown as Partial<Opener> & { onconnect: (event: MessageEvent) => void };
  const tell = async (opener: Opener) => opener.postMessage(await story(scope, true));
  worker.onconnect = (event) => tell(event.ports[0] as MessagePort);
  if (worker.postMessage) tell(worker as Opener);
}
