/** The script tag's entry: reads its attributes, sets the one global, and makes the calls that waited. */

import { type Hushgate, init } from "./collector.js";
import { readAttributes } from "./options.js";

/** `["conversion", fn]`: a method's name and what it is given. */
type Call = [keyof Hushgate, ...unknown[]];

interface Queue {
  q?: Call[] | { push(call: Call): void };
}

const host = window as unknown as { hushgate?: Queue & Partial<Hushgate> };
// Only while the script is first run does the document know which tag it came from.
const tag = document.currentScript as HTMLScriptElement;

function start(): void {
  const face = init(readAttributes(tag));
  const methods = face as unknown as Record<string, (...given: unknown[]) => unknown>;
  // A queued call has nobody to take its failure; `on("error")` tells of it.
  const push = async ([name, ...given]: Call): Promise<unknown> =>
    Promise.resolve(methods[name]?.(...given)).catch(() => {});
  const waiting = host.hushgate?.q as Call[] | undefined;
  host.hushgate = { ...face, q: { push } };
  waiting?.forEach(push);
}

if (tag && !host.hushgate?.execute) start();
