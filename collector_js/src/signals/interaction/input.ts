/** Tells apart how text came into a field: https://w3c.github.io/input-events/#interface-InputEvent-Attributes */

import { isAutofilled, isField, isTextField, type TextField, textFields } from "./fields.js";
import { type Counts, type Hands, on } from "./watch.js";

type Kind = "typed" | "keyless" | "bulk" | "pasted" | "dropped" | "composed" | "replaced" | "autofilled" | undefined;

/** Input methods hand over their text just after the composition has ended. */
const COMPOSED_MS = 50;

/** Password managers fill all their fields in one go, or in very quick steps. */
const TOGETHER_MS = 100;

const length = (text: string | null): number => [...(text || "")].length;

export class Insertions {
  readonly #counts: Counts;
  readonly #hands: Hands;
  /** Fields that the page or the browser's memory of it had filled before anybody came, and those that had an event. */
  readonly #explained = new WeakSet<EventTarget>();
  #composedAt = Number.NEGATIVE_INFINITY;
  #plain = { field: null as EventTarget | null, at: 0, counted: false };

  constructor(counts: Counts, hands: Hands) {
    this.#counts = counts;
    this.#hands = hands;
    const give = () => {
      for (const field of textFields(document)) if (field.value) this.#explained.add(field);
    };
    give();
    on("load", give);
    on("change", ({ target }) => void this.#explained.add(target as EventTarget));
    on("compositionend", ({ timeStamp }) => {
      this.#composedAt = timeStamp;
    });
    on("input", (event) => this.#hear(event as InputEvent));
  }

  #hear(event: InputEvent): void {
    const { target } = event;
    if (!isField(target)) return;
    this.#explained.add(target);
    const kind = this.#kind(event, target);
    if (kind) this.#counts[kind] += kind === "typed" ? length(event.data) : 1;
  }

  #kind(event: InputEvent, target: HTMLElement): Kind {
    const { inputType, isTrusted, data } = event;
    if (isAutofilled(target)) return "autofilled";
    if (!isTrusted || !inputType) return isTextField(target) ? this.#plainKind(event, target) : undefined;
    if (/Paste|Yank/.test(inputType)) return "pasted";
    if (/Drop/.test(inputType)) return "dropped";
    if (this.#isComposed(event)) return "composed";
    const value = isTextField(target) && target.value;
    if (/Replacement/.test(inputType)) return (data ?? value) === value ? "autofilled" : "replaced";
    return inputType === "insertText" ? this.#textKind(data || "") : undefined;
  }

  #isComposed({ inputType, isComposing, timeStamp }: InputEvent): boolean {
    return isComposing || /Compos|Dictat/.test(inputType) || timeStamp - this.#composedAt < COMPOSED_MS;
  }

  #textKind(data: string): Kind {
    const hands = this.#hands;
    const written = hands.inserts && (hands.unnamed || length(data) < 3);
    hands.inserts = false;
    if (written) return "typed";
    // Emoji panels press no key, and neither does the row of suggestions on an iPhone.
    if (/\p{Extended_Pictographic}/u.test(data) || (this.#counts.touch && "GestureEvent" in window)) return "replaced";
    return length(data) > 1 ? "bulk" : "keyless";
  }

  /** An event without a type is a script's, the browser's own filling, or a password manager's, which fills several fields. */
  #plainKind({ isTrusted, timeStamp: at }: Event, field: TextField): Kind {
    if (isTrusted) return /number|search/.test(field.type) ? undefined : "autofilled";
    const last = this.#plain;
    const together = last.field !== field && at - last.at < TOGETHER_MS && !!last.field;
    // The first of them was not known for one when it came.
    if (together && !last.counted) this.#counts.autofilled++;
    this.#plain = { field, at, counted: together };
    return together ? "autofilled" : undefined;
  }

  /** How many text fields hold something, and how many of them nothing can explain. */
  read(fields: TextField[]): { filled: number; scripted: number } {
    const filled = fields.filter(({ value }) => value);
    const scripted = filled.filter(
      (field) => field.value !== field.defaultValue && !this.#explained.has(field) && !isAutofilled(field),
    );
    return { filled: filled.length, scripted: scripted.length };
  }
}
