/** The story that a realm tells of itself: the same few signals, asked in the page's frame, the gate's frame and its workers. */

import type { Realm, Scope } from "./realm.ts";
import { collect, type Sample, type Samples } from "./signal.ts";
import { clientHints } from "./signals/client-hints.ts";
import { hardware } from "./signals/hardware.ts";
import { languages } from "./signals/languages.ts";
import { platform } from "./signals/platform.ts";
import { timezone } from "./signals/timezone.ts";
import { userAgent } from "./signals/user-agent.ts";
import { vendor } from "./signals/vendor.ts";
import { webdriver } from "./signals/webdriver.ts";
import { webgl } from "./signals/webgl.ts";

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

/** A room's story: what could not be told is left out. */
export type Room = { [Name in keyof Told]?: Extract<Told[Name], { v: unknown }>["v"] };

/** What the gate's frame posts, piece by piece as its rooms answer. */
export interface Rooms {
  frame?: Sample<Room>;
  worker?: Sample<Room>;
  shared_worker?: Sample<Room>;
}

/** Asks a realm for its story. */
export async function story(scope: Scope): Promise<Room> {
  const { samples, done } = collect<Realm>(told, { scope });
  await done;
  const values = Object.entries(samples).flatMap(([name, sample]) => ("v" in sample ? [[name, sample.v]] : []));
  return Object.fromEntries(values);
}

/** A story with its time, or the reason why there is none. */
export async function sampled(room: () => Promise<Room>): Promise<Sample<Room>> {
  const { samples, done } = collect({ room }, undefined);
  await done;
  return samples.room as Sample<Room>;
}
