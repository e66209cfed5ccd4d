// A script without a browser that tells a person's recorded story: fresh sessions, right seals, the browser's own headers, and the
// quiz answered as well as its means allow. tests/test_quiz.py holds it against the real gate.
//
//     node forger.mjs <gate's URL> <recorded visit> <means> <how many>
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { means } from "./means.mjs";

const [gate, record, how, count] = process.argv.slice(2);
const { headers, signals } = JSON.parse(readFileSync(record, "utf8").split("\n")[0]);

// fetch() lets no script set a browser's own headers; plain requests do.
function post(path, content) {
  const body = JSON.stringify(content);
  const own = {
    ...headers,
    host: new URL(gate).host,
    origin: new URL(gate).origin,
    "content-length": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      gate + path,
      { method: "POST", headers: { ...own, "accept-encoding": "identity" } },
      async (answer) => {
        let text = "";
        for await (const chunk of answer) text += chunk;
        resolve(JSON.parse(text));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

for (let number = 0; number < Number(count); number++) {
  const { session, key, quiz } = await post("/v1/session", { sitekey: "site-test", action: "signup" });
  const samples = Object.fromEntries(Object.entries(signals).map(([name, v]) => [name, { v, ms: 1 }]));
  const page = { version: "1.0.0", when: "submit", open_ms: 9000, clock: Date.now(), embedding: "top" };
  const payload = JSON.stringify({ v: 1, signals: { ...samples, ...means[how](quiz) }, page });
  const seal = createHmac("sha256", Buffer.from(key, "base64url")).update(`${session}.${payload}`).digest("base64url");
  const { token, error } = await post("/v1/verdict", { session, payload, seal });
  if (!token) throw new Error(JSON.stringify(error));
}
