/** How long the form has been in use, and how long nobody could see the page. */

import { chosenForms } from "../../form.js";
import { tenth } from "./spread.js";
import { on } from "./watch.js";

let since: number | undefined;
let hiddenAt: number | undefined;
let hidden = 0;

function onVisibility(): void {
  const now = performance.now();
  if (hiddenAt) hidden += now - hiddenAt;
  hiddenAt = document.hidden ? now : undefined;
}

export function watchPresence(): void {
  const onForm = (event: Event) => {
    if (chosenForms().some((form) => form.contains(event.target as Node))) since ??= event.timeStamp;
  };
  for (const kind of "focusin pointerdown keydown input".split(" ") as "focusin"[]) on(kind, onForm);
  on("visibilitychange" as "load", onVisibility);
  onVisibility();
}

/** No time of the form where nobody has come to it. */
export function readPresence(): { form_ms: number | undefined; hidden_ms: number } {
  onVisibility();
  return { form_ms: since && tenth(performance.now() - since), hidden_ms: tenth(hidden) };
}
