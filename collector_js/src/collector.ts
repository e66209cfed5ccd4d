/** The collector: init() for modules; the script tag calls it too (script.ts). Importing this touches no page. */

import { type Conversion, hold, settle, type Unverified, type Word, wait } from "./conversions.js";
import { bindForms, fillForms, resetForms } from "./form.js";
import { type Options, options, setOptions } from "./options.js";
import { fetchVerdict, type GateError, prepare, type Verdict } from "./transport.js";
import { startVisit, type When } from "./visit.js";

export type { Conversion, GateError, Options, Unverified, Verdict, Word };

/** What the page is told of a verdict. */
export interface Notice {
  id: string;
  /** Left out where the site hides its verdicts from the page. */
  conversion?: Word;
  /** The action that was asked for, where one was named. */
  action?: string | undefined;
}

export interface Events {
  verdict: Notice;
  error: GateError;
}

/** The object `hushgate` of a page. */
export interface Hushgate {
  readonly version: string;
  /** Asks for a verdict; its token is for the backend. Rejects with a GateError. */
  execute(options?: { action?: string }): Promise<Verdict>;
  /** Hears of verdicts or errors, as the DOM events `hushgate:verdict` and `hushgate:error` tell of them. */
  on<Kind extends keyof Events>(kind: Kind, fn: (detail: Events[Kind]) => void): void;
  /** Runs `fn` once the conversion counts, never where it does not. */
  conversion(fn: Conversion): void;
  /** Forgets token and verdict, for a form that starts anew. */
  reset(): void;
}

/** Milliseconds of each second that a token is good for: a form that is sent with an older one would come too late. */
const FRESH_MS = 800;

/** A form that leaves the page needs no further session, and has left by then. */
const STAYED_MS = 1000;

const EVENT = "hushgate:";

type Callbacks = Record<string, ((notice: Notice) => void) | undefined>;

const tell = <Kind extends keyof Events>(kind: Kind, detail: Events[Kind]) =>
  document.dispatchEvent(new CustomEvent(EVENT + kind, { detail }));

const on: Hushgate["on"] = (kind, fn) =>
  document.addEventListener(EVENT + kind, (event) => fn((event as CustomEvent).detail));

let payload: ReturnType<typeof startVisit>;
let running: Hushgate | undefined;
/** By the wall's clock: the page's own stands still while the machine sleeps. */
let token: { text: string; until: number } | undefined;
/** Goes on at each reset: what was asked for before is of no interest any more. */
let epoch = 0;

function ask(when: When, action = options.action): Promise<Verdict> {
  if (when !== "load") wait();
  const asked = epoch;
  const verdict = fetchVerdict(action, (quiz) => payload(when, quiz));
  verdict.then(
    (given) => {
      const { id, conversion, token: text } = given;
      if (asked !== epoch) return;
      if (when !== "load") {
        settle(conversion || options.unverified);
        if (action === options.action) {
          token = { text, until: Date.now() + given.expires_in * FRESH_MS };
          fillForms(text);
        }
      }
      tell("verdict", { id, conversion, action });
    },
    (error) => {
      if (asked !== epoch) return;
      if (when !== "load") settle(options.unverified);
      tell("error", error);
    },
  );
  return verdict;
}

const formToken = async (): Promise<string> =>
  token && Date.now() < token.until ? token.text : (await ask("submit")).token;

/** A form took the token with it. Where it stayed on the page it may come again, and will need another. */
function gone(): void {
  token = undefined;
  setTimeout(prepare, STAYED_MS);
}

function reset(): void {
  epoch++;
  token = undefined;
  wait();
  resetForms();
  prepare();
}

/** Starts the collector of this page. A second call gives back the first one's: a page has one visitor. */
export function init(given: Options): Hushgate {
  if (running) return running;
  setOptions(given);
  const early = given.when === "load" ? "pageview" : undefined;
  prepare(early);
  bindForms(formToken, gone);
  payload = startVisit();
  addEventListener("pageshow", ({ persisted }) => persisted && reset());
  running = { version: __VERSION__, execute: ({ action } = {}) => ask("execute", action), on, conversion: hold, reset };
  on("verdict", (notice) => (window as unknown as Callbacks)[given.callback as string]?.(notice));
  if (early)
    ask("load", early).then(
      () => prepare(),
      () => {},
    );
  return running;
}
