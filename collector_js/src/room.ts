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

/** What the gate's frame posts, piece by piece as its rooms answer. */
export interface Rooms {
  frame?: Sample<Room>;
  worker?: Sample<Room>;
  shared_worker?: Sample<Room>;
}

/** Asks a realm for its story. What could not be told is left out. */
export async function story(scope: Scope): Promise<Room> {
  const room: Record<string, unknown> = {};
  const ask = async (name: string) => {
    room[name] = await told[name as keyof Told](scope);
  };
  await Promise.allSettled(Object.keys(told).map(ask));
  return room;
}
