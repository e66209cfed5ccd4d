/** The shape of the pointer's way, from running sums: the way itself is never kept. */

import { hundredth, spread } from "./spread.js";
import { keep } from "./watch.js";

export interface Path {
  n: number;
  straightness: number;
  speed_cv?: number;
  turns: number;
}

interface Point {
  x: number;
  y: number;
  at: number;
}

/** After a rest this long a new stretch begins, so that going there and back does not look like wandering. */
const REST_MS = 150;

const between = (from: Point, to: Point): number => Math.hypot(to.x - from.x, to.y - from.y);

export class PathShape {
  #n = 0;
  #length = 0;
  #ends = 0;
  readonly #turns: number[] = [];
  readonly #speeds: number[] = [];
  #first: Point | undefined;
  #last: Point | undefined;
  #heading: number | undefined;

  move(to: Point): void {
    const from = this.#last;
    this.#n++;
    if (from && to.at - from.at < REST_MS) this.#step(from, to);
    else {
      this.#ends = this.#reach();
      this.#first = to;
      this.#heading = undefined;
    }
    this.#last = to;
  }

  #reach(): number {
    return this.#ends + (this.#first && this.#last ? between(this.#first, this.#last) : 0);
  }

  #step(from: Point, to: Point): void {
    const way = between(from, to);
    if (!way) return;
    const heading = Math.atan2(to.y - from.y, to.x - from.x);
    const change = Math.abs(heading - (this.#heading ?? heading));
    if (this.#heading !== undefined) keep(this.#turns, Math.min(change, 2 * Math.PI - change));
    this.#heading = heading;
    this.#length += way;
    if (to.at > from.at) keep(this.#speeds, way / (to.at - from.at));
  }

  /** Nothing where the pointer has not moved. */
  read(): Path | undefined {
    if (!this.#length) return undefined;
    const turns = this.#turns.reduce((sum, turn) => sum + turn, 0) / (this.#turns.length || 1);
    return {
      n: this.#n,
      straightness: hundredth(this.#reach() / this.#length),
      speed_cv: spread(this.#speeds)?.cv,
      turns: hundredth(turns),
    } as Path;
  }
}
