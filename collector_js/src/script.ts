/** The script tag's entry: reads its attributes, sets the one global, and makes the calls that waited. In a worker it tells its story. */

import { type Hushgate, init } from "./collector.js";
import { readAttributes } from "./options.js";
import type { Scope } from "./realm.js";
import { tellOpener } from "./room.js";

/** `["conversion", fn]`: a method's name and what it is given. */
type Call = [keyof Hushgate, ...unknown[]];

interface Queue {
  q?: Call[] | { push(call: Call): void };
}

const host = self as unknown as Scope & { hushgate?: Queue & Partial<Hushgate> };
// Only while the script is first run does the document know which tag it came from.
const tag = host.document?.currentScript as HTMLScriptElement;

function start(): void {
  const face = init(readAttributes(tag));
  const methods = face as unknown as Record<string, (...given: unknown[]) => unknown>;
  const push = async ([name, ...given]: Call): Promise<void> => {
    try {
      await methods[name]?.(...given);
    } catch {
      // A queued call has nobody to take its failure; `on("error")` tells of it.
    }
  };
  const waiting = host.hushgate?.q as Call[] | undefined;
  host.hushgate = { ...face, q: { push } };
  waiting?.forEach(push);
}

if (!host.document) tellOpener(host);
else if (tag && !host.hushgate?.execute) start();
