/** Tells apart how text came into a field: https://w3c.github.io/input-events/#interface-InputEvent-Attributes */

import { isAutofilled, isField, isTextField, type TextField, textFields } from "./fields.ts";
import { type Counts, type Hands, on } from "./watch.ts";

type Kind = "typed" | "keyless" | "bulk" | "pasted" | "dropped" | "composed" | "replaced" | "autofilled";

/** Input methods hand over their text just after the composition has ended. */
const COMPOSED_MS = 50;

/** Password managers fill all their fields in one go, or in very quick steps. */
const TOGETHER_MS = 100;

const length = (text: string): number => [...text].length;

export interface Filling {
  filled: number;
  scripted: number;
}

export class Insertions {
  /** Fields that the page, or the browser's own memory of the page, had filled before anybody came. */
  private readonly given = new WeakSet<Element>();
  private readonly heard = new WeakSet<EventTarget>();
  private composedAt = Number.NEGATIVE_INFINITY;
  private plain: { field: EventTarget; at: number; counted: boolean } | undefined;

  constructor(
    private readonly counts: Counts,
    private readonly hands: Hands,
  ) {
    this.give();
    on("load", () => this.give());
    on("change", ({ target }) => void this.heard.add(target as EventTarget));
    on("compositionend", ({ timeStamp }) => {
      this.composedAt = timeStamp;
    });
    on("input", (event) => this.hear(event as InputEvent));
  }

  private give(): void {
    for (const field of textFields(null)) if (field.value) this.given.add(field);
  }

  private hear(event: InputEvent): void {
    const { target } = event;
    if (!isField(target)) return;
    this.heard.add(target);
    const kind = this.kind(event, target);
    if (kind) this.counts[kind] += kind === "typed" ? length(event.data ?? "") : 1;
  }

  private kind(event: InputEvent, target: HTMLElement): Kind | undefined {
    const { inputType = "", isTrusted } = event;
    if (isAutofilled(target)) return "autofilled";
    if (!isTrusted || !inputType) return isTextField(target) ? this.plainKind(event, target) : undefined;
    if (/Paste|Yank/.test(inputType)) return "pasted";
    if (/Drop/.test(inputType)) return "dropped";
    if (this.isComposed(event)) return "composed";
    if (/Replacement/.test(inputType)) return isWhole(event, target) ? "autofilled" : "replaced";
    return inputType === "insertText" ? this.textKind(event.data ?? "") : undefined;
  }

  private isComposed({ inputType, isComposing, timeStamp }: InputEvent): boolean {
    return /Composition|Dictation/.test(inputType) || isComposing || timeStamp - this.composedAt < COMPOSED_MS;
  }

  private textKind(data: string): Kind {
    const { hands, counts } = this;
    const explained = hands.inserts && (hands.unnamed || length(data) < 3);
    hands.inserts = false;
    if (explained) return "typed";
    // Emoji panels press no key, and neither does the row of suggestions on an iPhone.
    if (/\p{Extended_Pictographic}/u.test(data) || (counts.touch && "GestureEvent" in window)) return "replaced";
    return length(data) === 1 ? "keyless" : "bulk";
  }

  /** An event without a type is a script's, the browser's own filling, or a password manager's, which fills several fields. */
  private plainKind({ isTrusted, timeStamp: at }: Event, field: TextField): Kind | undefined {
    if (isTrusted) return /number|search/.test(field.type) ? undefined : "autofilled";
    const { plain } = this;
    const together = !!plain && plain.field !== field && at - plain.at < TOGETHER_MS;
    // The first of them was not known for one when it came.
    if (together && !plain.counted) this.counts.autofilled++;
    this.plain = { field, at, counted: together };
    return together ? "autofilled" : undefined;
  }

  /** How many text fields hold something, and how many of them nothing can explain. */
  read(fields: TextField[]): Filling {
    const filled = fields.filter(({ value }) => value);
    const scripted = filled.filter(
      (field) =>
        field.value !== field.defaultValue && !this.given.has(field) && !this.heard.has(field) && !isAutofilled(field),
    );
    return { filled: filled.length, scripted: scripted.length };
  }
}

const isWhole = ({ data }: InputEvent, target: HTMLElement): boolean =>
  isTextField(target) && (data ?? target.value) === target.value;
