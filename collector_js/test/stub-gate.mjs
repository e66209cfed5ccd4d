// A little gate for the browser tests: it opens sessions, checks seals, keeps every payload, and answers as it is told.
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const dist = (name) => readFileSync(new URL(`../dist/${name}`, import.meta.url));
const SCRIPTS = { "hushgate.js": "hushgate.iife.js", "rooms.js": "rooms.js", "decoy.js": "decoy.js" };

const read = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** Listens on a free port of loopback and gives back its address. */
export const listen = (server) =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`));
  });

const QUIZ = [
  "all:initial!important;direction:ltr!important;position:fixed!important;contain:strict!important;visibility:hidden!important",
  ...[
    [0, "display:flex;width:300px"],
    [1, "flex:1 0 50px"],
    [1, "flex:3 0 calc(200px - 30px)", "width"],
  ],
  ...[
    [0, "width:160px"],
    [4, "width:50%;aspect-ratio:2", "height"],
    [0, "display:grid;grid-template-columns:1fr;width:50px", "gridTemplateColumns"],
  ],
];

/**
 * Starts a gate. `answer(visit)` may return {status, body} in place of the usual verdict, or a promise of it; `prefix` is the
 * path that it is mounted under.
 */
export async function startGate({ conversion = "count", prefix = "", ttl = 900 } = {}) {
  const gate = {
    conversion,
    ttl,
    answer: undefined,
    dead: false,
    quiz: QUIZ,
    requests: [],
    sessions: new Map(),
    visits: [],
  };

  const openSession = (body) => {
    const session = randomBytes(12).toString("base64url");
    const key = randomBytes(32);
    gate.sessions.set(session, { ...body, key, spent: false });
    return { status: 200, body: { session, key: key.toString("base64url"), expires_in: gate.ttl, quiz: gate.quiz } };
  };

  const judge = async ({ session, payload, seal }) => {
    const opened = gate.sessions.get(session);
    const expected = createHmac("sha256", opened.key).update(`${session}.${payload}`).digest("base64url");
    if (seal !== expected)
      return { status: 400, body: { error: { code: "seal-broken", message: "the seal does not fit" } } };
    if (opened.spent) return { status: 409, body: { error: { code: "session-spent", message: "spent" } } };
    opened.spent = true;
    const visit = {
      session,
      action: opened.action,
      after: opened.after,
      payload: JSON.parse(payload),
      bytes: payload.length,
    };
    gate.visits.push(visit);
    const special = await gate.answer?.(visit);
    if (special) return special;
    const id = `v${gate.visits.length}`;
    const word = gate.conversion ? { conversion: gate.conversion } : {};
    return { status: 200, body: { token: `token-${id}`, id, ...word, expires_in: 300 } };
  };

  const post = { "/v1/session": openSession, "/v1/verdict": judge };

  const serve = async (request, response) => {
    const { pathname } = new URL(request.url, "http://gate");
    const path = pathname.slice(prefix.length);
    const text = await read(request);
    gate.requests.push({ method: request.method, path: pathname, headers: request.headers, text });
    if (gate.dead) return;
    const name = path.replace("/v1/", "");
    if (request.method === "GET" && SCRIPTS[name]) return send(response, 200, dist(SCRIPTS[name]), "text/javascript");
    if (request.method === "GET" && name === "rooms") {
      return send(response, 200, `<!doctype html><script>${dist("rooms.js")}</script>`, "text/html");
    }
    if (!post[path]) return send(response, 404, "", "text/plain");
    const { status, body } = await post[path](JSON.parse(text));
    send(response, status, JSON.stringify(body), "application/json");
  };

  const server = createServer((request, response) => void serve(request, response));
  gate.url = `${await listen(server)}${prefix}`;
  gate.script = `${gate.url}/v1/hushgate.js`;
  gate.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return gate;
}

function send(response, status, body, type) {
  response.writeHead(status, { "content-type": type, "access-control-allow-origin": "*", "cache-control": "no-store" });
  response.end(body);
}
