/** The page's side of the rooms: an empty frame of its own, and in it the page's workers and the gate's frame. */

import { options } from "./options.js";
import { hiddenFrame, type Pristine, type Scope } from "./realm.js";

/** An empty frame's realm, its built-ins, and the way to give the frame back. */
export interface Guest {
  readonly fresh: Scope;
  readonly pristine: Pristine;
  /** What became of its rooms: one has told its story, or the page's policy has refused one. */
  said?: true | "csp";
  leave(): void;
}

export function freshRealm(): Guest {
  const frame = hiddenFrame(window as Scope);
  // A disguise may hand out none: then the signals that need it say so, each by itself.
  const fresh = frame.contentWindow as Scope;
  return {
    fresh,
    pristine: { Function: fresh?.Function, Reflect: fresh?.Reflect },
    leave: () => frame.remove(),
  };
}

/** Opens a room where it is heard, and gives its address. */
type Open = (guest: Guest, heard: (event: MessageEvent) => void) => string;

/**
 * A signal that a room tells, opened by the empty frame's own hand: what became of the page's constructors does not matter, and all
 * that was opened goes when the frame goes. What the page's policy forbids is told to the frame; by Firefox, of a frame, to the page.
 */
export const room =
  <Told>(open: Open) =>
  (guest: Guest): Promise<Told> =>
    new Promise((tell, refuse) => {
      if (options.rooms) throw options.rooms;
      const address = open(guest, (event) => {
        guest.said = true;
        tell(event.data);
      });
      for (const scope of [window, guest.fresh])
        scope.addEventListener("securitypolicyviolation", (event) => {
          // What is blocked is told by its scheme or its host. A policy that only reports forbids nothing.
          if (event.disposition !== "report" && address.startsWith(event.blockedURI)) {
            guest.said = "csp";
            refuse(guest.said);
          }
        });
    });
