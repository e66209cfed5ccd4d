/**
 * Tells the story of a room of the gate's origin, whichever it is: in the gate's frame to the page that the location's hash
 * names, in a worker to whoever opened it (opener.ts).
 */

import type { Scope } from "./realm.js";
import { story, told } from "./room.js";

interface Teller {
  postMessage(message: unknown): void;
}

const scope = self as unknown as Scope & Teller & { onconnect: (event: MessageEvent) => void };
const tell = async (teller: Teller) => teller.postMessage(await story(scope));

/** Its graphics are left to the workers: a context costs more than all the rest, and who changes pages changes frames as well. */
async function tellOfFrame(): Promise<void> {
  delete (told as Partial<typeof told>).webgl;
  const start = performance.now();
  const frame = { v: await story(scope), ms: Math.round(performance.now() - start) };
  parent.postMessage({ hushgate: { frame } }, decodeURIComponent(location.hash.slice(1)));
}

if (scope.document) tellOfFrame();
else if ("onconnect" in scope) scope.onconnect = ({ ports }) => tell(ports[0] as MessagePort);
else tell(scope);
