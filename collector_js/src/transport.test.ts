import { webcrypto } from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";

interface Call {
  url: string;
  body: Record<string, unknown>;
  init: RequestInit;
}

const SESSION = { session: "s1", key: "a2V5", expires_in: 900 };
const VERDICT = { token: "t", id: "v1", conversion: "count", expires_in: 300 };
const refusal = (code: string) => ({ error: { code, message: `it is ${code}` } });

let transport: typeof import("./transport.js");
let calls: Call[];
let answers: (object | Error)[];

beforeEach(async () => {
  vi.resetModules();
  const settings = await import("./options.js");
  settings.setOptions({ endpoint: "https://gate.test", sitekey: "k", action: "signup" });
  transport = await import("./transport.js");
  calls = [];
  vi.stubGlobal("crypto", webcrypto);
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    calls.push({ url, init, body: JSON.parse(init.body as string) });
    const answer = answers.shift();
    if (answer instanceof Error || answer === undefined) throw answer;
    return { json: async () => answer };
  });
});

const paths = () => calls.map(({ url }) => url.replace("https://gate.test/v1/", ""));
const ask = () => transport.fetchVerdict("signup", async () => "{}");

test("posts plain text without credentials, so that no leave is asked beforehand", async () => {
  answers = [SESSION, VERDICT];
  expect(await ask()).toEqual(VERDICT);
  expect(calls[1]?.body).toEqual({ session: "s1", payload: "{}", seal: expect.stringMatching(/^[\w-]{43}$/) });
  for (const { init } of calls) {
    expect(init).toMatchObject({ method: "POST", credentials: "omit" });
    expect(init).not.toHaveProperty("headers");
  }
});

test("takes the session that was prepared, and names the last one when it opens another", async () => {
  answers = [SESSION, VERDICT, { ...SESSION, session: "s2" }, VERDICT];
  transport.prepare();
  await ask();
  await ask();
  expect(paths()).toEqual(["session", "verdict", "session", "verdict"]);
  expect(calls[0]?.body).toEqual({ sitekey: "k", action: "signup" });
  expect(calls[2]?.body).toEqual({ sitekey: "k", action: "signup", after: "s1" });
});

test("opens a session for the action that is asked for", async () => {
  answers = [SESSION, { ...SESSION, session: "s2" }, VERDICT];
  transport.prepare("pageview");
  await ask();
  expect(calls.map(({ body }) => body.action ?? body.session)).toEqual(["pageview", "signup", "s2"]);
});

test.each(["session-expired", "session-spent", "session-forged"])(
  "tries again with a new session on %s",
  async (code) => {
    answers = [SESSION, refusal(code), { ...SESSION, session: "s2" }, VERDICT];
    expect(await ask()).toEqual(VERDICT);
    expect(calls[3]?.body.session).toBe("s2");
  },
);

test("tries again once where the network fails, and no more", async () => {
  answers = [new TypeError("Failed to fetch"), SESSION, VERDICT];
  expect(await ask()).toEqual(VERDICT);
  answers = [new TypeError("Failed to fetch"), new TypeError("Failed to fetch")];
  await expect(ask()).rejects.toMatchObject({ code: "network", message: "Failed to fetch" });
  expect(answers).toEqual([]);
});

test.each([{ message: "Service Unavailable" }, { error: "Bad Gateway" }, { error: { code: 503 } }, null])(
  "what a proxy answers in the place of the gate is a network that fails: %j",
  async (answer) => {
    answers = [answer as object, SESSION, VERDICT];
    transport.prepare();
    expect(await ask()).toEqual(VERDICT);
    answers = [SESSION, answer as object, { ...SESSION, session: "s2" }, VERDICT];
    expect(await ask()).toEqual(VERDICT);
  },
);

test("a session that was refused when the page was opened is asked for again when the form is sent", async () => {
  answers = [refusal("too-many"), SESSION, VERDICT];
  transport.prepare();
  await new Promise((resolve) => setTimeout(resolve));
  expect(await ask()).toEqual(VERDICT);
});

test("passes on what the gate refuses, and does not ask twice", async () => {
  answers = [SESSION, refusal("hostname-unknown")];
  await expect(ask()).rejects.toMatchObject({ code: "hostname-unknown", message: "it is hostname-unknown" });
  expect(paths()).toEqual(["session", "verdict"]);
});

test("an insecure page is told so, and nothing is sent", async () => {
  vi.stubGlobal("isSecureContext", false);
  await expect(ask()).rejects.toMatchObject({ code: "insecure-context" });
  expect(calls).toEqual([]);
});

test("a session that could not be prepared makes no noise", async () => {
  answers = [new TypeError("offline"), SESSION, VERDICT];
  transport.prepare();
  await new Promise((resolve) => setTimeout(resolve));
  expect(await ask()).toEqual(VERDICT);
});
