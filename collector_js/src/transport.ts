/** Talks to the gate: opens sessions, seals payloads, fetches verdicts. */

import { seal } from "./seal.js";

/** What went wrong: `code` is the gate's, or one of ours, `network` and `insecure-context`. */
export interface GateError extends Error {
  readonly code: string;
}

export interface Verdict {
  /** Goes to the backend with the form. */
  token: string;
  /** Names the visit, for support and logs. */
  id: string;
  /** Whether the conversion counts. Left out where the site hides its verdicts from the page. */
  conversion?: "count" | "suppress";
  /** Seconds that the token is good for. */
  expires_in: number;
}

interface Session {
  session: string;
  key: string;
  expires_in: number;
}

/** A gate that takes longer than this has failed: nothing on the page should wait for it for ever. */
const GIVE_UP_MS = 10_000;

/** A request that should survive the page may be of 64 KiB at most: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch */
const KEEPALIVE_MAX = 60_000;

/** A verdict takes its time: a session is not used in its last seconds. */
const MARGIN_MS = 5000;

const failure = (code: string, message: string): GateError => Object.assign(Error(message), { code });

/** A text body, no credentials and no header of our own: the browser asks no leave beforehand (CORS preflight). */
async function post<Answer>(url: string, content: object): Promise<Answer> {
  const body = JSON.stringify(content);
  const signal = AbortSignal.timeout?.(GIVE_UP_MS);
  const answer = await fetch(url, { method: "POST", body, credentials: "omit", keepalive: body.length < KEEPALIVE_MAX, signal })
    .then((response) => response.json())
    .catch(({ message }) => ({ error: { code: "network", message } }));
  if (answer.error) throw failure(answer.error.code, answer.error.message);
  return answer;
}

/** The sessions of one page and one action, each good for one verdict. */
export class Transport {
  readonly #endpoint: string;
  readonly #opening: { sitekey: string; action: string | undefined; after?: string };
  #current: Promise<Session> | undefined;
  #until = 0;

  constructor(endpoint: string, sitekey: string, action: string | undefined) {
    this.#endpoint = `${endpoint}/v1/`;
    this.#opening = { sitekey, action };
  }

  /** Opens a session ahead of time. A failure shows when the verdict is asked for, not here. */
  prepare(): void {
    this.#session().catch(() => {});
  }

  /** Seals what `payload` gives and fetches the verdict. Tries again once, with a new session, where that can help. */
  async verdict(payload: () => Promise<string>): Promise<Verdict> {
    if (!globalThis.isSecureContext) throw failure("insecure-context", "a seal needs https");
    return this.#attempt(payload).catch((error: GateError) => {
      if (/^(network|session-(expired|spent))$/.test(error.code)) return this.#attempt(payload);
      throw error;
    });
  }

  async #attempt(payload: () => Promise<string>): Promise<Verdict> {
    const [{ session, key }, text] = await Promise.all([this.#session(), payload()]);
    this.#current = undefined;
    return post(`${this.#endpoint}verdict`, { session, payload: text, seal: await seal(session, key, text) });
  }

  #session(): Promise<Session> {
    if (!this.#current || performance.now() > this.#until) {
      this.#until = Number.POSITIVE_INFINITY;
      this.#current = this.#open();
      this.#current.catch(() => {
        this.#current = undefined;
      });
    }
    return this.#current;
  }

  async #open(): Promise<Session> {
    const opened = await post<Session>(`${this.#endpoint}session`, this.#opening);
    // Lets the gate count the time of the whole page, not only that of its latest session.
    this.#opening.after = opened.session;
    this.#until = performance.now() + opened.expires_in * 1000 - MARGIN_MS;
    return opened;
  }
}
