/** The shape of the pointer's way, from sums and small steps: the way itself is never kept. */

import { hundredth, mean, spread } from "./spread.js";
import { keep } from "./watch.js";

export interface Path {
  n: number;
  straightness: number;
  speed_cv?: number;
  turns: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Point extends Place {
  readonly timeStamp: number;
}

/** After a rest this long a new stretch begins, so that going there and back does not look like wandering. */
const REST_MS = 150;

const BEFORE_MS = 1000;
/** More than anybody asks for. */
const MOVES_MAX = 300;

let moves: number[] = [];
const turns: number[] = [];
const speeds: number[] = [];
let length = 0;
/** From end to end of each stretch that is over. */
let ends = 0;
let first: Point;
let last: Point | undefined;
let heading: number | undefined;

/** How far it is from one place to another. */
export const between = (from: Place, to: Place): number => Math.hypot(to.x - from.x, to.y - from.y);
const reach = (): number => ends + (last ? between(first, last) : 0);

/** How many moves there were in the second before. */
export const recentMoves = ({ timeStamp }: Event): number =>
  moves.filter((move) => timeStamp - move < BEFORE_MS).length;

export function move(to: Point): void {
  moves = [...moves.slice(1 - MOVES_MAX), to.timeStamp];
  if (last && to.timeStamp - last.timeStamp < REST_MS) step(last, to);
  else {
    ends = reach();
    first = to;
    heading = undefined;
  }
  last = to;
}

function step(from: Point, to: Point): void {
  const way = between(from, to);
  if (!way) return;
  const now = Math.atan2(to.y - from.y, to.x - from.x);
  // The shorter way round: an angle's cosine does not know the longer one.
  if (heading !== undefined) keep(turns, Math.acos(Math.cos(now - heading)));
  heading = now;
  length += way;
  if (to.timeStamp > from.timeStamp) keep(speeds, way / (to.timeStamp - from.timeStamp));
}

/** Nothing where the pointer has not moved. */
export const readPath = (n = 0): Path | undefined =>
  length
    ? ({
        n,
        straightness: hundredth(reach() / length),
        speed_cv: spread(speeds)?.cv,
        turns: hundredth(mean(turns)),
      } as Path)
    : undefined;
