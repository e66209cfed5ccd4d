/** Tells apart how text came into a field: https://w3c.github.io/input-events/#interface-InputEvent-Attributes */

import { isAutofilled, isField, isTextField, type TextField, textFields } from "./fields.js";
import { hands } from "./keys.js";
import { type Count, count, counts, on } from "./watch.js";

type Kind = Count | undefined;

/** Input methods hand over their text just after the composition has ended. */
const COMPOSED_MS = 50;

/** Password managers fill all their fields in one go, or in very quick steps. */
const TOGETHER_MS = 100;

/** Fields that the page or the browser's memory of it had filled before anybody came, and those that had an event. */
const explained = new WeakSet<EventTarget>();
let composedAt = Number.NEGATIVE_INFINITY;
let plain: { field: TextField; at: number; counted: boolean } | undefined;

const length = (text: string | null): number => [...(text || "")].length;

function onInput(event: InputEvent): void {
  const { target, data } = event;
  if (!isField(target)) return;
  explained.add(target);
  const kind = kindOf(event, target);
  if (kind) count(kind, kind === "typed" ? length(data) : 1);
}

function kindOf(event: InputEvent, target: HTMLElement): Kind {
  const { inputType, data } = event;
  if (isAutofilled(target)) return "autofilled";
  if (!event.isTrusted || !inputType) return isTextField(target) ? plainKind(event, target) : undefined;
  if (/Paste|Yank/.test(inputType)) return "pasted";
  if (/Drop/.test(inputType)) return "dropped";
  if (/Compos|Dictat/.test(inputType) || event.isComposing || event.timeStamp - composedAt < COMPOSED_MS)
    return "composed";
  const { value } = target as TextField;
  if (/Replacement/.test(inputType)) return (data ?? value) === value ? "autofilled" : "replaced";
  return inputType === "insertText" ? textKind(data || "") : undefined;
}

function textKind(data: string): Kind {
  const written = hands.inserts && (hands.unnamed || length(data) < 3);
  hands.inserts = false;
  if (written) return "typed";
  // Emoji panels press no key (nor do those for far scripts), and neither does the row of suggestions on an iPhone.
  if (data > "\u2000" || (counts.touch && "GestureEvent" in window)) return "replaced";
  return length(data) > 1 ? "bulk" : "keyless";
}

/** An event without a type is a script's, the browser's own filling, or a password manager's, which fills several fields. */
function plainKind({ isTrusted, timeStamp: at }: Event, field: TextField): Kind {
  if (isTrusted) return /number|search/.test(field.type) ? undefined : "autofilled";
  const counted = !!plain && plain.field !== field && at - plain.at < TOGETHER_MS;
  // The first of them was not known for one when it came.
  if (counted && !plain?.counted) count("autofilled");
  plain = { field, at, counted };
  return counted ? "autofilled" : undefined;
}

export function watchInput(): void {
  const give = () => {
    for (const field of textFields(document)) if (field.value) explained.add(field);
  };
  give();
  on("load", give);
  on("change", ({ target }) => explained.add(target as EventTarget));
  on("compositionend", ({ timeStamp }) => {
    composedAt = timeStamp;
  });
  on("input", (event) => onInput(event as InputEvent));
}

/** How many text fields hold something, and how many of them nothing can explain. */
export function readFilling(fields: TextField[]): { filled: number; scripted: number } {
  const filled = fields.filter(({ value }) => value);
  const unexplained = (field: TextField) =>
    field.value !== field.defaultValue && !explained.has(field) && !isAutofilled(field);
  return { filled: filled.length, scripted: filled.filter(unexplained).length };
}
