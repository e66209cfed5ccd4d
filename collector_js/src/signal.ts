/** What a signal is, and collect(), which runs them all and lets nothing out but answers. */

import { deadline, macrotask } from "./time.js";

/** A signal's answer, with the whole milliseconds it took, or the reason why there is none (docs/protocol.md, section 3). */
export type Sample<T = unknown> = { v: T; ms: number } | { e: string };

/** Reads one thing. It throws Missing where the browser cannot say; anything else that it throws is told by name. */
export type Signal<Context, T = unknown> = (context: Context) => T | Promise<T>;

/** A list of signals by their names on the wire. */
// biome-ignore lint/suspicious/noExplicitAny: the values' types are read back from the list itself, by Samples
export type Signals<Context> = Record<string, Signal<Context, any>>;

/** The samples of a list of signals, as they are sent. */
export type Samples<List extends Signals<never>> = { [Name in keyof List]: Sample<Awaited<ReturnType<List[Name]>>> };

/** Thrown by a signal that knows why it has no answer; the message is the reason. */
export class Missing extends Error {}

/** How long one signal may take. Workers on a slow phone need their time; a form that is sent earlier goes without. */
export const EACH_MS = 3000;

/** A page should never feel the collector: after this much work in one task the next signal waits for another. */
const SLICE_MS = 4;

const reasonOf = (error: unknown): string =>
  error instanceof Missing ? error.message : `error: ${(error as Error | undefined)?.name ?? typeof error}`;

async function sample<Context>(signal: Signal<Context>, context: Context): Promise<Sample> {
  const start = performance.now();
  try {
    const v = await deadline(Promise.resolve(signal(context)), EACH_MS, () => {
      throw new Missing("timeout");
    });
    return v === undefined ? { e: "none" } : { v, ms: Math.round(performance.now() - start) };
  } catch (error) {
    return { e: reasonOf(error) };
  }
}

/** Samples that fill up while the signals answer; `done` when each of them has. */
export interface Collection {
  readonly samples: Record<string, Sample>;
  readonly done: Promise<void>;
}

/** Runs every signal in the list's order, in slices. Never rejects. */
export function collect<Context>(signals: Signals<Context>, context: Context): Collection {
  const samples: Record<string, Sample> = {};
  for (const name in signals) samples[name] = { e: "timeout" };
  return { samples, done: run(signals, context, samples) };
}

async function run<Context>(
  signals: Signals<Context>,
  context: Context,
  samples: Record<string, Sample>,
): Promise<void> {
  const pending: Promise<void>[] = [];
  let sliceStart = performance.now();
  for (const [name, signal] of Object.entries(signals)) {
    if (performance.now() - sliceStart > SLICE_MS) {
      await macrotask();
      sliceStart = performance.now();
    }
    pending.push(
      sample(signal, context).then((answer) => {
        samples[name] = answer;
      }),
    );
  }
  await Promise.all(pending);
}
