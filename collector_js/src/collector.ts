/** The collector: init() for modules; the script tag calls it too (script.ts). Importing this touches no page. */

import { type Conversion, Conversions, type Unverified, type Word } from "./conversions.js";
import { Forms } from "./form.js";
import type { Options } from "./options.js";
import { type GateError, Transport, type Verdict } from "./transport.js";
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

/** The gate takes tokens for 300 s; a form that is sent with an older one than this would come too late. */
const TOKEN_MS = 240_000;

/** A form that leaves the page needs no further session, and has left by then. */
const STAYED_MS = 1000;

const EVENT = "hushgate:";

type Callbacks = Record<string, ((notice: Notice) => void) | undefined>;

const tell = <Kind extends keyof Events>(kind: Kind, detail: Events[Kind]) =>
  document.dispatchEvent(new CustomEvent(EVENT + kind, { detail }));

const nothing = () => {};

class Collector {
  readonly #options: Options;
  readonly #transports = new Map<string | undefined, Transport>();
  readonly #flights = new Map<string | undefined, Promise<Verdict>>();
  readonly #conversions: Conversions;
  readonly #forms: Forms;
  readonly #payload: (when: When) => Promise<string>;
  #token: { text: string; until: number } | undefined;

  constructor(options: Options) {
    const { endpoint, rooms, unverified, form, field = "hushgate-token", timeout = 2500 } = options;
    this.#options = options;
    this.#conversions = new Conversions(unverified);
    this.#transport().prepare();
    this.#forms = new Forms({ form, field, timeout, token: () => this.#formToken(), gone: () => this.#used() });
    this.#payload = startVisit({ endpoint, rooms, forms: this.#forms.chosen });
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#reset());
    if (options.when === "load") this.#ask("pageview", "load").catch(nothing);
  }

  face(): Hushgate {
    const face: Hushgate = {
      version: __VERSION__,
      execute: ({ action } = {}) => this.#ask(action, "execute"),
      on: (kind, fn) => document.addEventListener(EVENT + kind, (event) => fn((event as CustomEvent).detail)),
      conversion: (fn) => this.#conversions.add(fn),
      reset: () => this.#reset(),
    };
    const { callback } = this.#options;
    if (callback) face.on("verdict", (notice) => (window as unknown as Callbacks)[callback]?.(notice));
    return face;
  }

  #transport(action = this.#options.action): Transport {
    const { endpoint, sitekey } = this.#options;
    const transport = this.#transports.get(action) || new Transport(endpoint, sitekey, action);
    this.#transports.set(action, transport);
    return transport;
  }

  /** One question at a time for an action: who asks meanwhile gets the same answer. */
  #ask(action = this.#options.action, when: When): Promise<Verdict> {
    const current = this.#flights.get(action);
    if (current) return current;
    if (when !== "load") this.#conversions.wait();
    const flight = this.#transport(action).verdict(() => this.#payload(when));
    // After a reset nobody waits for this answer any more.
    const landed = () => this.#flights.get(action) === flight && this.#flights.delete(action);
    flight.then(
      (verdict) => landed() && this.#deliver(verdict, action, when),
      (error) => landed() && this.#fail(error, when),
    );
    this.#flights.set(action, flight);
    return flight;
  }

  #deliver({ id, conversion, token: text }: Verdict, action: string | undefined, when: When): void {
    if (when !== "load") {
      this.#conversions.settle(conversion);
      if (action === this.#options.action) this.#keep(text);
    }
    tell("verdict", { id, conversion, action });
  }

  #fail(error: GateError, when: When): void {
    if (when !== "load") this.#conversions.settle(undefined);
    tell("error", error);
  }

  #keep(text: string): void {
    this.#token = { text, until: performance.now() + TOKEN_MS };
    this.#forms.fill(text);
  }

  async #formToken(): Promise<string> {
    const token = this.#token;
    if (token && performance.now() < token.until) return token.text;
    return (await this.#ask(undefined, "submit")).token;
  }

  /** A form took the token with it. Where it stayed on the page it may come again, and will need another. */
  #used(): void {
    this.#token = undefined;
    setTimeout(() => this.#transport().prepare(), STAYED_MS);
  }

  #reset(): void {
    this.#flights.clear();
    this.#token = undefined;
    this.#conversions.wait();
    this.#forms.reset();
    this.#transport().prepare();
  }
}

let running: Hushgate | undefined;

/** Starts the collector of this page. A second call gives back the first one's: a page has one visitor. */
export function init(options: Options): Hushgate {
  running ??= new Collector(options).face();
  return running;
}
