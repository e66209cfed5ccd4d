/** The gate's frame: it tells its own story, and those of workers that it opens where the page's policy lets the page open none. */

import { room } from "../guests.js";
import { options } from "../options.js";
import { hiddenFrame } from "../realm.js";
import type { Rooms } from "../room.js";

export const frame = room<{ hushgate: Rooms }>(({ fresh, said }, heard) => {
  // Extensions may speak out of the frame as well, but not so.
  fresh.onmessage = (event) => event.data?.hushgate && heard(event);
  return hiddenFrame(fresh, `${options.endpoint}/v1/rooms#${location.origin}#${said}`).src;
});
