/** Talks to the gate: opens sessions, seals payloads, fetches verdicts. */

import { options } from "./options.js";
import type { Quiz } from "./quiz.js";
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
  quiz?: Quiz;
  expires_in: number;
}

/** Gives the exact text that is sealed, with the answers to the session's quiz in it. */
export type Payload = (quiz: Quiz | undefined) => Promise<string>;

/** A gate that takes longer than this has failed: nothing on the page should wait for it for ever. */
const GIVE_UP_MS = 10_000;

const fail = (error: { code: string; message: string }): never => {
  throw Object.assign(Error(error.message), error);
};

/** A text body, no credentials and no header of our own: the browser asks no leave beforehand (CORS preflight). */
function post<Answer extends { expires_in: number }>(path: string, content: object): Promise<Answer> {
  const body = JSON.stringify(content);
  const signal = AbortSignal.timeout?.(GIVE_UP_MS);
  return (
    fetch(options.endpoint + path, { method: "POST", body, credentials: "omit", keepalive: true, signal })
      .then((response) => response.json())
      .then((answer) => (answer.expires_in ? answer : fail(answer.error)))
      // A proxy that answers in the gate's place may do so in JSON, too; its codes are numbers, as are a DOMException's.
      .catch(({ code, message }) => fail({ code: code?.at ? code : "network", message }))
  );
}

/** The session that is open, for one verdict on one action. */
let open: { session: Promise<Session>; action: string | undefined } | undefined;
/** The latest one: it lets the gate count the time of the whole page, not only that of its latest session. */
let after: string | undefined;

/** Opens a session ahead of time. A failure shows when the verdict is asked for, not here. */
export function prepare(action = options.action): void {
  const session = post<Session>("/v1/session", { sitekey: options.sitekey, action, after });
  open = { session, action };
  session.then(
    (opened) => {
      after = opened.session;
    },
    () => {
      // What stood in its way may be over when the form is sent.
      open = undefined;
    },
  );
}

async function attempt(action: string | undefined, payload: Payload): Promise<Verdict> {
  if (!open || open.action !== action) prepare(action);
  const opening = open?.session as Promise<Session>;
  open = undefined;
  const { session, key, quiz } = await opening;
  const text = await payload(quiz);
  return post("/v1/verdict", { session, payload: text, seal: await seal(session, key, text) });
}

/**
 * Seals what `payload` gives and fetches the verdict. Tries again once, with a new session, where that can help: whether a session
 * has expired is the gate's to say, and one that it does not know was opened before its keys or its clock were changed.
 */
export async function fetchVerdict(action: string | undefined, payload: Payload): Promise<Verdict> {
  const code = "insecure-context";
  if (!isSecureContext) fail({ code, message: code });
  return attempt(action, payload).catch((error: GateError) =>
    /^(network|session-)/.test(error.code) ? attempt(action, payload) : fail(error),
  );
}
