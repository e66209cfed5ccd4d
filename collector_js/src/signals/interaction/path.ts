/** The shape of the pointer's way, from running sums: the way itself is never kept. */

import { hundredth, variation } from "./spread.ts";

export interface Path {
  n: number;
  straightness: number;
  speed_cv?: number;
  turns: number;
}

/** After a rest this long a new stretch begins, so that going there and back does not look like wandering. */
const REST_MS = 150;

interface Point {
  x: number;
  y: number;
  at: number;
}

const between = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y);

export class PathShape {
  private n = 0;
  private length = 0;
  private ends = 0;
  private turned = 0;
  private turns = 0;
  private speeds = { n: 0, sum: 0, squares: 0 };
  private first: Point | undefined;
  private last: Point | undefined;
  private heading: number | undefined;

  move(x: number, y: number, at: number): void {
    const point = { x, y, at };
    this.n++;
    if (!this.last || at - this.last.at > REST_MS) this.begin(point);
    else this.step(this.last, point);
    this.last = point;
  }

  private begin(point: Point): void {
    if (this.first && this.last) this.ends += between(this.first, this.last);
    this.first = point;
    this.heading = undefined;
  }

  private step(from: Point, to: Point): void {
    const way = between(from, to);
    if (!way) return;
    this.length += way;
    this.turn(Math.atan2(to.y - from.y, to.x - from.x));
    if (to.at > from.at) {
      const speed = way / (to.at - from.at);
      this.speeds.n++;
      this.speeds.sum += speed;
      this.speeds.squares += speed * speed;
    }
  }

  private turn(heading: number): void {
    if (this.heading !== undefined) {
      const change = Math.abs(heading - this.heading);
      this.turned += Math.min(change, 2 * Math.PI - change);
      this.turns++;
    }
    this.heading = heading;
  }

  /** Undefined where the pointer has not moved. */
  read(): Path | undefined {
    if (!this.length || !this.first || !this.last) return undefined;
    const { n, sum, squares } = this.speeds;
    return {
      n: this.n,
      straightness: hundredth((this.ends + between(this.first, this.last)) / this.length),
      speed_cv: variation(n, sum, squares),
      turns: this.turns ? hundredth(this.turned / this.turns) : 0,
    } as Path;
  }
}
