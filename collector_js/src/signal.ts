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

/** A page should never feel the collector: after this much work in one task the next signal waits for another. */
const SLICE_MS = 4;

/** Runs every signal in the list's order, in slices, and fills in their samples. Nothing is thrown; who is late is a timeout. */
export function collect<Context>(signals: Signals<Context>, context: Context, samples: Collected): Promise<unknown> {
  for (const name in signals) samples[name] = { e: "timeout" };
  return deadline(run(signals, context, samples), EACH_MS);
}

async function run<Context>(signals: Signals<Context>, context: Context, samples: Collected): Promise<void> {
  const pending: Promise<void>[] = [];
  // The first one, too: whoever calls has work of its own in this task.
  let sliceStart = 0;
  for (const name in signals) {
    if (performance.now() - sliceStart > SLICE_MS) {
      await macrotask();
      sliceStart = performance.now();
    }
    pending.push(fill(samples, name, signals[name] as Signal<Context>, context));
  }
  await Promise.all(pending);
}

/** Runs one signal and fills in its sample: before this returns, where the signal answers at once. */
export async function fill<Context>(
  samples: Collected,
  name: string,
  signal: Signal<Context>,
  context: Context,
): Promise<void> {
  const start = performance.now();
  const put = (v: unknown) => {
    samples[name] = v === undefined ? { e: "none" } : { v, ms: Math.round(performance.now() - start) };
  };
  try {
    const answer = signal(context);
    // What is there at once has its time taken at once, before others get their turn.
    put(answer instanceof Promise ? await answer : answer);
  } catch (error) {
    samples[name] = { e: (error as Error).name ? `error: ${(error as Error).name}` : (error as string) };
  }
}
