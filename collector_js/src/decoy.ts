/**
 * The decoy, a script of its own: puts a field into the forms that nobody sees, for whoever fills in everything there is. Its name
 * is made anew for each page and means nothing, so that autofill has no idea of it; the door knows it by its last letters.
 */

import { chosenForms } from "./form.js";
import { readAttributes, setOptions } from "./options.js";

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const SALT = 5;
const MARK = 5;

/** Out of sight without `display: none`, which is what a driver looks for. Set one by one, as a strict policy allows. */
const STYLE = { position: "absolute", left: "-9999px", width: "1px", height: "1px", overflow: "hidden" };

/** What password managers are told to leave alone, each in its own words. */
const IGNORED = ["lpignore", "1pIgnore", "bwignore", "protonpassIgnore"];

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv): the same in hushgate/signup/decoy.py. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}

const spell = (number: number, length: number): string =>
  Array.from({ length }, (_, at) => LETTERS[(number >>> (5 * at)) & 31]).join("");

/** A name of ten letters and digits: five drawn, five that follow from them and the site's key. */
export function decoyName(sitekey: string, drawn: number): string {
  const salt = spell(drawn, SALT);
  return salt + spell(hash(salt + sitekey), MARK);
}

function plant(form: HTMLFormElement, name: string): void {
  const field = Object.assign(document.createElement("input"), {
    name,
    type: "text",
    tabIndex: -1,
    autocomplete: "off",
  });
  for (const word of IGNORED) field.dataset[word] = "true";
  field.dataset.formType = "other";
  const box = Object.assign(document.createElement("div"), { inert: true });
  // For browsers that do not know `inert` yet.
  box.setAttribute("aria-hidden", "true");
  Object.assign(box.style, STYLE);
  box.append(field);
  form.append(box);
}

/** Plants a decoy in the chosen forms of the page, those that come later at the first sign of use. */
export function plantDecoys(sitekey: string): void {
  const planted = new WeakSet<HTMLFormElement>();
  const name = decoyName(sitekey, crypto.getRandomValues(new Uint32Array(1))[0] as number);
  const all = () => {
    for (const form of chosenForms()) {
      if (!planted.has(form)) plant(form, name);
      planted.add(form);
    }
  };
  all();
  document.addEventListener("DOMContentLoaded", all);
  addEventListener("focusin", all, true);
}

const tag = typeof document === "undefined" ? null : (document.currentScript as HTMLScriptElement | null);
if (tag?.dataset.sitekey) {
  const given = readAttributes(tag);
  setOptions(given);
  plantDecoys(given.sitekey);
}
