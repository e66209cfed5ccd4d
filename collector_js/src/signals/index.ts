/** The list of signals. Names on the wire and the payload's types are read off it. */

import type { Guest } from "../guests.js";
import { options } from "../options.js";
import { type Rooms, story, type told } from "../room.js";
import type { Sample, Samples, Signals } from "../signal.js";
import { automation } from "./automation.js";
import { clock } from "./clock.js";
import { engine } from "./engine.js";
import { interaction } from "./interaction.js";
import { permissions } from "./permissions.js";
import { plugins } from "./plugins.js";
import { screen } from "./screen.js";
import { sharedWorker, worker } from "./workers.js";

/** Read once, when the script has loaded, beside what every room tells (../room.ts) and the gate's frame (../guests.ts). The worker comes first: it takes longest. */
export const environment = {
  worker,
  clock,
  plugins,
  engine,
  permissions,
  shared_worker: sharedWorker,
  // Graphics are left to the workers, where rooms are wanted: a context costs more than all the rest.
  iframe: ({ fresh }: Guest) => story(fresh, options.rooms),
} satisfies Signals<Guest>;

/** Read at each seal: a driver's traces may come late, a window changes, a form is filled. */
export const moment = {
  screen,
  automation,
  interaction,
} satisfies Signals<Guest>;

/** The answers to the session's quiz (../quiz.ts) are sent like a signal of their own. */
type Answers = { quiz: Sample<string[]> };

export type SignalSamples = Samples<typeof told & typeof environment & typeof moment> &
  Required<Pick<Rooms, "frame">> &
  Answers;
