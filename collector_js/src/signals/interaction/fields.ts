/** Which elements hold text, and what of a form is filled. Values are looked at for being there, and never kept. */

export type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Where a value is chosen rather than written, insertion says nothing. */
const CHOSEN = /^(button|checkbox|color|date|datetime-local|file|hidden|image|month|radio|range|reset|submit|time|week)$/;

export const isField = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && (target.matches("input,textarea,select") || target.isContentEditable);

export const isTextField = (target: EventTarget | null): target is TextField =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !CHOSEN.test(target.type));

/** Whether the browser itself filled the field. Older browsers do not know the selector, and throw. */
export function isAutofilled(field: Element): boolean {
  try {
    return field.matches(":autofill");
  } catch {
    return false;
  }
}

export const textFields = (form: HTMLFormElement | null): TextField[] =>
  [...(form ? form.elements : document.querySelectorAll("input,textarea"))].filter(isTextField);
