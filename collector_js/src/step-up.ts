/**
 * The step-up that asks nothing of a person, one file for all its places. On the challenged page it fetches the work by the
 * ticket that its element has, and puts the new token into the form. In the gate's frame, `/v1/stepup`, it opens itself as
 * workers, which need neither a blob nor an inline script. In a worker it works.
 */

import { hiddenFrame, type Scope } from "./realm.js";
import { type Challenge, type Solution, solve } from "./work.js";

interface Told {
  kind?: string;
  ticket?: string;
  challenge?: Challenge;
  token?: string;
  problem?: string;
  message?: string;
  error?: { message: string };
}

/** One step-up that runs: what it comes to, and the way to stop it. */
export interface Run {
  readonly done: Promise<string>;
  abort(): void;
}

const scope = self as unknown as Scope & { postMessage(message: unknown): void };
/** A frame that was refused says nothing: then the page itself works, more slowly. */
const SILENCE_MS = 4000;
const WORKERS = 4;
const TEXTS = {
  working: "Checking your browser. This takes a moment, and there is nothing for you to do.",
  done: "Done.",
  failed: "This did not work. Please reload the page and try again.",
};

/** In the gate's frame: as many workers as the machine has cores for, each with numbers of its own; the first that is done ends all. */
function serve(script: string): void {
  const page = decodeURIComponent(location.hash.slice(1));
  const many = Math.min(navigator.hardwareConcurrency || 2, WORKERS);
  addEventListener("message", ({ data, origin, source }) => {
    if (origin !== page || source !== parent || !data.challenge) return;
    const workers = Array.from({ length: many }, () => new Worker(script));
    const end = (told: object) => {
      for (const worker of workers) worker.terminate();
      parent.postMessage({ hushgate: 1, ...told }, page);
    };
    workers.forEach((worker, first) => {
      worker.onmessage = (event) => end(event.data);
      worker.onerror = () => end({ failed: 1 });
      worker.postMessage({ challenge: data.challenge, first, step: many });
    });
  });
  parent.postMessage({ hushgate: 1, ready: 1 }, page);
}

/** In the page: the work is done in the gate's frame, or here where there is none. */
function work(gate: string, challenge: Challenge, signal: AbortSignal): Promise<Solution> {
  const { origin } = new URL(gate);
  return new Promise((resolve, reject) => {
    const frame = hiddenFrame(window as Scope, `${gate}/v1/stepup#${location.origin}`);
    const here = () => {
      clearTimeout(patience);
      frame.remove();
      solve(challenge, 0, 1, signal).then(resolve, reject);
    };
    const patience = setTimeout(here, SILENCE_MS);
    const hear = ({ data, origin: from, source }: MessageEvent) => {
      if (from !== origin || source !== frame.contentWindow || !data.hushgate) return;
      clearTimeout(patience);
      if (data.failed) here();
      else if (data.solution) {
        frame.remove();
        resolve(data.solution);
      } else frame.contentWindow?.postMessage({ challenge }, origin);
    };
    addEventListener("message", hear, { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(patience);
      frame.remove(); // its workers end with it
      reject(signal.reason);
    });
  });
}

async function post(url: string, content: object, signal: AbortSignal): Promise<Told> {
  const body = JSON.stringify(content);
  const answer: Told = await (await fetch(url, { method: "POST", body, credentials: "omit", signal })).json();
  if (answer.problem || answer.error) throw Error(answer.message || answer.error?.message);
  return answer;
}

async function pass(gate: string, ticket: string, signal: AbortSignal): Promise<string> {
  if (!isSecureContext) throw Error("insecure-context");
  const offer = await post(`${gate}/v1/step-up/offer`, { ticket, kind: "proof-of-work" }, signal);
  if (offer.token) return offer.token;
  const { challenge } = offer;
  const solution = await work(gate, challenge as Challenge, signal);
  const answer = btoa(JSON.stringify({ challenge, solution }));
  return (await post(`${gate}/v1/step-up/answer`, { ticket: offer.ticket, answer }, signal)).token as string;
}

/** Puts the token into the form's field, the page's own or a hidden one, and sends the form where the page wants that. */
function fill(element: HTMLElement, token: string): void {
  const form = element.closest("form");
  if (!form) return;
  const name = element.dataset.field || "hushgate-token";
  let field = form.querySelector<HTMLInputElement>(`[name="${CSS.escape(name)}"]`);
  if (!field) {
    field = document.createElement("input");
    form.appendChild(Object.assign(field, { type: "hidden", name, autocomplete: "off" }));
  }
  field.value = token;
  if (element.dataset.submit !== undefined) HTMLFormElement.prototype.requestSubmit.call(form);
}

/** Starts the step-up of an element. What happens is said in it, for assistive technology too, and told by events. */
function start(gate: string, element: HTMLElement): Run {
  const controller = new AbortController();
  const { signal } = controller;
  const say = (what: keyof typeof TEXTS) => {
    element.textContent = element.dataset[what] || TEXTS[what];
  };
  const tell = (name: string, detail: object) =>
    element.dispatchEvent(new CustomEvent(`hushgate:${name}`, { bubbles: true, detail }));
  element.setAttribute("role", "status");
  element.setAttribute("aria-live", "polite");
  say("working");
  const abort = () => controller.abort();
  addEventListener("pagehide", abort, { signal });
  const done = pass(gate, element.dataset.hushgateStepUp || "", signal)
    .then((token) => {
      say("done");
      fill(element, token);
      tell("stepped", { token });
      return token;
    })
    .catch((error: Error) => {
      if (!signal.aborted) say("failed");
      tell("step-failed", { message: error.message, aborted: signal.aborted });
      throw error;
    });
  done.catch(() => {}).then(abort); // takes the listeners away
  return { done, abort };
}

function open(tag: HTMLScriptElement): void {
  const gate = tag.src.replace(/\/v1\/stepup\.js.*/, "");
  const runs: Run[] = [];
  (window as unknown as { hushgateStepUp: object }).hushgateStepUp = {
    start: (one: HTMLElement) => start(gate, one),
    runs,
  };
  const begin = () => {
    for (const one of document.querySelectorAll<HTMLElement>("[data-hushgate-step-up]")) runs.push(start(gate, one));
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}

function worker(): void {
  scope.onmessage = ({ data }: MessageEvent) =>
    solve(data.challenge, data.first, data.step).then(
      (solution) => scope.postMessage({ solution }),
      () => scope.postMessage({ failed: 1 }),
    );
}

if (!scope.document) worker();
else {
  const tag = document.currentScript as HTMLScriptElement;
  if (parent !== self && location.pathname.endsWith("/v1/stepup")) serve(tag.src);
  else open(tag);
}
