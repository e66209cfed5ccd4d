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

/** Samples while they come in. */
export type Collected = Record<string, Sample>;

/** How long a signal may take. Workers on a slow phone need their time; a form that is sent earlier goes without. */
export const EACH_MS = 3000;

/**
 * Runs every signal in the list's order and fills in their samples. Each has a task of its own: a page should never feel the collector,
 * and whoever calls has work to do in this one. Nothing is thrown; who is late is a timeout.
 */
export function collect<Context>(signals: Signals<Context>, context: Context, samples: Collected): Promise<unknown> {
  const run = async (name: string) => {
    samples[name] = { e: "timeout" };
    await macrotask();
    return fill(samples, name, signals[name] as Signal<Context>, context);
  };
  return deadline(Promise.all(Object.keys(signals).map(run)), EACH_MS);
}

/** Runs one signal and fills in its sample; where the signal answers at once, in the task in which it was asked. */
export async function fill<Context>(
  samples: Collected,
  name: string,
  signal: Signal<Context>,
  context: Context,
): Promise<void> {
  const start = performance.now();
  try {
    const v = await signal(context);
    samples[name] = v === undefined ? { e: "none" } : { v, ms: Math.round(performance.now() - start) };
  } catch (error) {
    samples[name] = { e: (error as Error).name ? `error: ${(error as Error).name}` : (error as string) };
  }
}
