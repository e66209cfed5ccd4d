/** The worker's script, dedicated and shared alike: it tells its story to whoever opened it. */

import type { Scope } from "./realm.ts";
import { story } from "./room.ts";

interface Teller {
  postMessage(message: unknown): void;
}

const scope = self as unknown as Scope & Teller & { onconnect: (event: MessageEvent) => void };
const tell = async (teller: Teller) => teller.postMessage(await story(scope));

if ("onconnect" in self) scope.onconnect = ({ ports }) => tell(ports[0] as MessagePort);
else tell(scope);
