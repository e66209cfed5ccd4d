/** Binds forms: holds a submit until the token is in its field, at most for a time, and then lets it go as it came. */

import { options } from "./options.js";
import { deadline } from "./time.js";

/**
 * The forms that are bound at the moment: those that the page names, or the only one that asks for a password, or else for a
 * mail address. So of a signup and a newsletter's box in one page it is the signup.
 */
export function chosenForms(): HTMLFormElement[] {
  const { form } = options;
  const all = [...document.querySelectorAll<HTMLFormElement>(form || "form")];
  const asking = (field: string) => all.filter((one) => one.querySelector(field));
  const sure = asking("[type=password]");
  const likely = form ? all : sure[0] ? sure : asking("[type=email],[name*=mail i]");
  return form || !likely[1] ? likely : [];
}

/** Puts the token into each form's field: the page's own, or a hidden one. */
export function fillForms(token: string): void {
  const name = options.field || "hushgate-token";
  for (const form of chosenForms()) {
    let field = form.querySelector<HTMLInputElement>(`[name="${CSS.escape(name)}"]`);
    if (!field) {
      field = document.createElement("input");
      form.appendChild(Object.assign(field, { type: "hidden", name, autocomplete: "off" }));
    }
    field.value = token;
  }
}

/**
 * Sends a form on its way again, through its own handlers and validation, with the button that was pressed. A submit event
 * that a script made is made again, for what it does is its browser's affair: Firefox sends the form, the others do not.
 *
 * Throws in Safari 15, which has no `requestSubmit`, where no button was pressed: then the form goes when it is sent again.
 */
function resubmit(form: HTMLFormElement, event: SubmitEvent): void {
  let button = event.submitter as HTMLButtonElement | null;
  // A field may be called `requestSubmit`; and a button may have left the form in the meantime.
  const { requestSubmit } = HTMLFormElement.prototype;
  if (button?.form !== form) button = null;
  if (!event.isTrusted) form.dispatchEvent(new (event.constructor as typeof SubmitEvent)(event.type, event));
  else if (requestSubmit) requestSubmit.call(form, button);
  else (button as HTMLButtonElement).click();
}

const held = new Map<HTMLFormElement, Event>();
let passing: HTMLFormElement | undefined;

/** Forgets what is held and empties the fields. */
export function resetForms(): void {
  held.clear();
  fillForms("");
}

/**
 * Listens on the window, before any handler of the page: so a form that is added later is bound as well. Asks for a token, which may be
 * refused, and tells when a form was let go with it.
 */
export function bindForms(token: () => Promise<string>, gone: () => void): void {
  const onSubmit = async (event: SubmitEvent) => {
    const form = event.target as HTMLFormElement;
    if (passing === form || !chosenForms().includes(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // The second of two clicks finds the form held already.
    if (held.has(form)) return;
    held.set(form, event);
    const text = await deadline(token(), +(options.timeout as number) || 2500).catch(() => {});
    // Whoever came back to the page through its history, or reset it, has left this submit behind.
    if (held.get(form) !== event) return;
    held.delete(form);
    fillForms(text || "");
    passing = form;
    resubmit(form, event);
    passing = undefined;
    gone();
  };
  addEventListener("submit", onSubmit, true);
}
