/** Which elements hold text, and what of a form is filled. Values are looked at for being there, and never kept. */

export type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Where a value is chosen rather than written, insertion says nothing. */
const WRITTEN = /^(text|search|url|tel|email|password|number)/;

export const isField = (target: EventTarget | null): target is HTMLElement =>
  "form" in (target as HTMLElement) || (target as HTMLElement).isContentEditable;

export const isTextField = (target: EventTarget | null): target is TextField =>
  isField(target) && WRITTEN.test((target as TextField).type);

/** Whether the browser itself filled the field. Older browsers do not know the selector, and throw. */
export function isAutofilled(field: Element): boolean {
  try {
    return field.matches(":autofill");
  } catch {
    return false;
  }
}

export const textFields = (root: ParentNode): TextField[] =>
  [...root.querySelectorAll<TextField>("input,textarea")].filter(isTextField);
