/** Binds forms: holds a submit until the token is in its field, at most for a time, and then lets it go as it came. */

import { deadline } from "./time.js";

export interface FormOptions {
  /** Selector; without one, the form that asks for a password or an address, where there is just one. */
  form?: string | undefined;
  /** Name of the field that carries the token. */
  field: string;
  /** How long a form is held at most. */
  timeout: number;
  /** Gives a token for a submit; it may reject. */
  token(): Promise<string>;
  /** Hears that a form was let go with its token. */
  gone(): void;
}

const isForm = (element: Element): element is HTMLFormElement => element instanceof HTMLFormElement;

export function chosenForms(selector: string | undefined): HTMLFormElement[] {
  const all = [...document.querySelectorAll(selector || "form")].filter(isForm);
  if (selector) return all;
  const likely = all.filter((form) => form.querySelector("[type=password],[type=email]"));
  return likely.length === 1 ? likely : [];
}

/** The field that carries the token: the page's own, or a hidden one. */
function tokenField(form: HTMLFormElement, name: string): HTMLInputElement {
  const own = form.querySelector<HTMLInputElement>(`[name="${CSS.escape(name)}"]`);
  if (own) return own;
  const field = document.createElement("input");
  form.appendChild(Object.assign(field, { type: "hidden", name, autocomplete: "off" }));
  return field;
}

/**
 * Sends a form on its way again, through its own handlers and validation, with the button that was pressed. A submit event
 * that a script made is made again: it never sent the form by itself.
 */
function resubmit(form: HTMLFormElement, event: SubmitEvent): void {
  const button = event.submitter as HTMLButtonElement | null;
  // A field may be called `requestSubmit`; and a button may have left the form in the meantime.
  if (event.isTrusted) HTMLFormElement.prototype.requestSubmit.call(form, button?.form === form ? button : null);
  else form.dispatchEvent(new SubmitEvent(event.type, { bubbles: true, cancelable: true, submitter: button }));
}

export class Forms {
  readonly #options: FormOptions;
  readonly #held = new Map<HTMLFormElement, Event>();
  #passing: HTMLFormElement | undefined;

  /** Listens on the window, before any handler of the page: so a form that is added later is bound as well. */
  constructor(options: FormOptions) {
    this.#options = options;
    window.addEventListener("submit", (event) => this.#onSubmit(event as SubmitEvent), true);
  }

  /** The forms that are bound at the moment. */
  readonly chosen = (): HTMLFormElement[] => chosenForms(this.#options.form);

  fill(token: string): void {
    for (const form of this.chosen()) tokenField(form, this.#options.field).value = token;
  }

  /** Forgets what is held and empties the fields. */
  reset(): void {
    this.#held.clear();
    this.fill("");
  }

  #onSubmit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (this.#passing === form || !this.chosen().includes(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // The second of two clicks finds the form held already.
    if (!this.#held.has(form)) this.#hold(form, event);
  }

  async #hold(form: HTMLFormElement, event: SubmitEvent): Promise<void> {
    const { field, timeout, token, gone } = this.#options;
    this.#held.set(form, event);
    const text = await deadline(token(), timeout, () => "").catch(() => "");
    // Whoever came back to the page through its history, or reset it, has left this submit behind.
    if (this.#held.get(form) !== event) return;
    this.#held.delete(form);
    tokenField(form, field).value = text;
    this.#passing = form;
    resubmit(form, event);
    this.#passing = undefined;
    gone();
  }
}
