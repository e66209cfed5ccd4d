/** The list of signals. Names on the wire and the payload's types are read off it. */

import type { Ask } from "../guests.js";
import type { Pristine, Scope } from "../realm.js";
import { story, type told } from "../room.js";
import type { Samples, Signal } from "../signal.js";
import { automation } from "./automation.js";
import { clock } from "./clock.js";
import { engine } from "./engine.js";
import { interaction } from "./interaction.js";
import { permissions } from "./permissions.js";
import { plugins } from "./plugins.js";
import { screen } from "./screen.js";

/** What a signal of the page may draw on. */
export interface Visit {
  /** An empty frame's realm. */
  readonly fresh: Scope;
  readonly pristine: Pristine;
  readonly ask: Ask;
}

/** Read once, when the script has loaded, beside what every room tells (../room.ts). The gate's rooms take longest: they come first. */
export const environment = {
  frame: ({ ask }: Visit) => ask("frame"),
  worker: ({ ask }: Visit) => ask("worker"),
  shared_worker: ({ ask }: Visit) => ask("shared_worker"),
  clock,
  plugins,
  engine,
  permissions,
  iframe: ({ fresh }: Visit) => story(fresh),
} satisfies Record<string, Signal<Visit>>;

/** Read at each seal: a driver's traces may come late, a window changes, a form is filled. */
export const moment = {
  screen,
  automation,
  interaction,
} satisfies Record<string, Signal<Visit>>;

export type SignalSamples = Samples<typeof told & typeof environment & typeof moment>;
