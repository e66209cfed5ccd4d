import { expect, test } from "vitest";
import { type Bench, inBrowsers, pause, ready, tagOf, until } from "./browser.js";
import { FORM } from "./shop.mjs";
import { startGate } from "./stub-gate.mjs";

const ROOMS = ["frame", "worker", "shared_worker"] as const;

async function visit(bench: Bench, { attributes = "", csp = "", head = "", body = FORM } = {}) {
  const { page, shop, gate } = bench;
  await page.goto(shop.page({ head: head + tagOf(gate, attributes), body, csp }));
  await ready(bench);
}

const verdict = (bench: Bench) => bench.page.evaluate("hushgate.execute()");
const run = (bench: Bench, script: string) => bench.page.evaluate(script);

inBrowsers("a page", (bench, kind) => {
  test("of another origin than the gate's tells every room's story, and the seal fits", async () => {
    await visit(bench);
    expect(await verdict(bench)).toMatchObject({ token: "token-v1", id: "v1", conversion: "count" });
    const { signals } = bench.gate.visits[0]?.payload ?? {};
    const agent = await bench.page.evaluate("navigator.userAgent");
    for (const room of ["iframe", ...ROOMS] as const)
      expect(signals?.[room]).toMatchObject({ v: { user_agent: agent } });
    expect(Object.values(signals ?? {}).filter((sample) => "e" in sample && /^(error|timeout)/.test(sample.e))).toEqual(
      [],
    );
  });

  test("of another site than the gate's tells every room's story as well", async () => {
    await bench.page.goto(bench.shop.page({ head: tagOf(bench.gate), body: FORM }).replace("127.0.0.1", "localhost"));
    await ready(bench);
    await verdict(bench);
    const { signals } = bench.gate.visits[0]?.payload ?? {};
    for (const room of ["iframe", ...ROOMS] as const) expect(signals?.[room]).toHaveProperty("v");
  });

  test("names the zone that dates are formatted in, in every room", async () => {
    await visit(bench);
    await verdict(bench);
    const { signals } = bench.gate.visits[0]?.payload ?? {};
    const zone = await bench.page.evaluate("new Intl.DateTimeFormat().resolvedOptions().timeZone");
    expect(signals?.timezone).toMatchObject({ v: zone });
    for (const room of ["iframe", ...ROOMS] as const) expect(signals?.[room]).toMatchObject({ v: { timezone: zone } });
  });

  test("draws with one card in the page, the gate's frame and the workers", async () => {
    await visit(bench);
    await verdict(bench);
    const { signals } = bench.gate.visits[0]?.payload ?? {};
    if (!signals?.webgl || "e" in signals.webgl) return;
    for (const room of ROOMS) expect(signals[room]).toMatchObject({ v: { webgl: signals.webgl.v } });
  });

  test("takes no notice of what others say out of the gate's frame", async () => {
    await bench.page.evaluateOnNewDocument(() => {
      if (parent !== window) parent.postMessage({ frame: { v: { user_agent: "an extension" } }, worker: 1 }, "*");
    });
    await visit(bench);
    await verdict(bench);
    const agent = await bench.page.evaluate("navigator.userAgent");
    for (const room of ROOMS)
      expect(bench.gate.visits[0]?.payload.signals[room]).toMatchObject({ v: { user_agent: agent } });
  });

  test("sends each request as one that needs no leave", async () => {
    await visit(bench);
    await verdict(bench);
    const posts = bench.gate.requests.filter(({ method }) => method !== "GET");
    expect(posts.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /v1/session", "POST /v1/verdict"]);
    for (const { headers } of posts) {
      expect(headers).toMatchObject({ "content-type": "text/plain;charset=UTF-8", origin: bench.shop.url });
      expect(headers).not.toHaveProperty("cookie");
    }
  });

  test("finds a gate that is mounted under a path", async () => {
    const mounted = await startGate({ prefix: "/_hush" });
    await bench.page.goto(bench.shop.page({ head: tagOf(mounted) }));
    await until(() => mounted.sessions.size);
    await pause(700);
    await verdict(bench);
    expect(mounted.visits[0]?.payload.signals.worker).toHaveProperty("v");
    mounted.close();
  });

  test.each(["", "; require-trusted-types-for 'script'"])(
    "with a strict policy%s gets its verdict without workers",
    async (more) => {
      const { origin } = new URL(bench.gate.url);
      await visit(bench, { csp: `default-src 'none'; script-src ${origin}; connect-src ${origin}${more}` });
      await bench.page.type("#email", "ann@example.org");
      await bench.page.click("#go");
      await until(() => bench.shop.posts.length);
      expect(bench.shop.posts[0]).toMatchObject({ "hushgate-token": "token-v1" });
      const { signals } = bench.gate.visits[0]?.payload ?? {};
      // Where only trusted types make a worker, an engine that knows them throws.
      const why = { e: expect.stringMatching(more ? /^(csp|error: TypeError)$/ : /^csp$/) };
      expect(signals).toMatchObject({ frame: { e: "csp" }, shared_worker: why, worker: why });
      expect(signals?.iframe).toHaveProperty("v");
    },
  );

  test.each(["default-src 'none'; ", "require-trusted-types-for 'script'; "])(
    "whose policy has %sand the gate's frame gets workers of the gate's",
    async (policy) => {
      const { origin } = new URL(bench.gate.url);
      await visit(bench, { csp: `${policy}script-src ${origin}; connect-src ${origin}; frame-src ${origin}` });
      await verdict(bench);
      const { signals } = bench.gate.visits[0]?.payload ?? {};
      for (const room of ["iframe", ...ROOMS] as const) expect(signals?.[room]).toHaveProperty("v");
      // One refused worker tells enough, where the browser is quick to tell: Chromium does not try the second.
      const refused = bench.noise.filter((line) => line.includes("blob"));
      if (policy.startsWith("default")) expect(refused).toHaveLength(kind === "chrome" ? 1 : 2);
    },
  );

  test("whose policy knows workers and not the gate's frame gets its own workers", async () => {
    const { origin } = new URL(bench.gate.url);
    await visit(bench, { csp: `default-src 'none'; script-src ${origin}; connect-src ${origin}; worker-src blob:` });
    await verdict(bench);
    const { signals } = bench.gate.visits[0]?.payload ?? {};
    for (const room of ["worker", "shared_worker"] as const) expect(signals?.[room]).toHaveProperty("v");
    expect(signals?.frame).toEqual({ e: "csp" });
  });

  test("that has workers made in its own way is told of by workers that it does not reach", async () => {
    const disguise = `<script>
      const { Worker: Page, SharedWorker: Shared, Blob: Plain } = window;
      const lie = 'Object.defineProperty(self.navigator, "userAgent", { value: "a lie" });';
      window.Blob = class extends Plain { constructor(parts, options) { super([lie, ...parts], options); } };
      window.Worker = class extends Page { constructor() { super(URL.createObjectURL(new Blob([]))); } };
      window.SharedWorker = class extends Shared { constructor() { super(URL.createObjectURL(new Blob([]))); } };
    </script>`;
    await bench.page.goto(bench.shop.page({ head: disguise + tagOf(bench.gate), body: FORM }));
    await ready(bench);
    await verdict(bench);
    const user_agent = await bench.page.evaluate("navigator.userAgent");
    const { signals } = bench.gate.visits[0]?.payload ?? {};
    for (const room of ROOMS) expect(signals?.[room]).toMatchObject({ v: { user_agent } });
  });

  test('opens no rooms with data-rooms="off", and says so', async () => {
    await visit(bench, { attributes: 'data-rooms="off"' });
    await verdict(bench);
    for (const room of ROOMS) expect(bench.gate.visits[0]?.payload.signals[room]).toEqual({ e: "off" });
    expect(bench.gate.requests.some(({ path }) => path.includes("room"))).toBe(false);
  });

  test("is left as it was: one global, nothing overridden, nothing stored, nothing said", async () => {
    const look = `[Object.getOwnPropertyNames(window), Object.getOwnPropertyNames(document), document.cookie,
      localStorage.length, sessionStorage.length, document.querySelectorAll("iframe").length]`;
    await bench.page.goto(bench.shop.page({ head: "", body: FORM }));
    const before = (await bench.page.evaluate(look)) as [string[], ...unknown[]];
    await visit(bench);
    await verdict(bench);
    await pause(3000);
    const after = (await bench.page.evaluate(look)) as [string[], ...unknown[]];
    expect(after[0].filter((name) => !before[0].includes(name) && !/^\d+$/.test(name))).toEqual(["hushgate"]);
    expect(after.slice(1)).toEqual(before.slice(1));
    expect(bench.noise.filter((line) => !/favicon|404|autocomplete/.test(line))).toEqual([]);
  });

  test("hears calls that were made before the script came", async () => {
    const head = `<script>window.hushgate = window.hushgate || { q: [] };
      hushgate.q.push(["conversion", ({ at }) => { window.counted = at; }], ["on", "verdict", (notice) => { window.heard = notice; }]);
    </script>`;
    await visit(bench, { head });
    await run(bench, 'hushgate.q.push(["execute", { action: "signup" }])');
    await until(() => run(bench, "window.counted"));
    expect(await run(bench, "window.heard")).toEqual({ id: "v1", conversion: "count", action: "signup" });
    expect(bench.gate.visits[0]?.payload.page).toMatchObject({ when: "execute" });
  });

  test("is told by callback and by event", async () => {
    const head = `<script>window.told = []; function onVerdict(notice) { told.push(["callback", notice.id]); }
      document.addEventListener("hushgate:verdict", ({ detail }) => told.push(["event", detail.id, detail.conversion]));</script>`;
    await visit(bench, { head, attributes: 'data-callback="onVerdict"' });
    await verdict(bench);
    expect(((await run(bench, "told")) as unknown[]).sort()).toEqual([
      ["callback", "v1"],
      ["event", "v1", "count"],
    ]);
  });

  test.each([
    ["count", "drop", 1],
    ["suppress", "count", 0],
    [undefined, "drop", 0],
    [undefined, "count", 1],
  ] as const)("with the word %s and the policy %s runs %i conversions", async (word, policy, times) => {
    bench.gate.conversion = word;
    await visit(bench, { attributes: `data-unverified="${policy}"` });
    await run(bench, "window.ran = 0; hushgate.conversion(() => ran++)");
    await verdict(bench);
    await run(bench, "hushgate.conversion(() => ran++)");
    await pause(50);
    expect(await run(bench, "ran")).toBe(times * 2);
  });

  test("hears of an error, and its conversions go by the policy", async () => {
    await visit(bench, { attributes: 'data-unverified="count"' });
    bench.gate.answer = () => ({ status: 403, body: { error: { code: "hostname-unknown", message: "who?" } } });
    await run(
      bench,
      'hushgate.on("error", ({ code }) => { window.code = code; }); hushgate.conversion(() => { window.ran = 1; })',
    );
    await run(bench, "hushgate.execute().catch(() => {})");
    await until(() => run(bench, "window.ran"));
    expect(await run(bench, "code")).toBe("hostname-unknown");
  });

  test("a conversion that throws stops none of the others", async () => {
    await visit(bench);
    await run(
      bench,
      'hushgate.conversion(() => { throw new Error("theirs"); }); hushgate.conversion(() => { window.ran = 1; })',
    );
    await verdict(bench);
    await until(() => run(bench, "window.ran"));
    await until(() => bench.noise.some((line) => line.includes("theirs")));
  });

  test('asks early with data-when="load", and the form has a verdict of its own', async () => {
    await visit(bench, { attributes: 'data-when="load"' });
    await run(bench, "hushgate.conversion(() => { window.ran = 1; })");
    const early = await until(() => bench.gate.visits[0]);
    expect(early).toMatchObject({ action: "pageview", payload: { page: { when: "load" } } });
    await until(() => bench.gate.sessions.size === 2);
    expect(await run(bench, "window.ran")).toBeUndefined();
    await bench.page.type("#email", "ann@example.org");
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(bench.gate.visits[1]).toMatchObject({ action: "signup", after: early.session });
    expect(bench.shop.posts[0]).toMatchObject({ "hushgate-token": "token-v2" });
  });

  test("a machine that slept with a token in its form asks for another when the form is sent", async () => {
    await visit(bench);
    await verdict(bench);
    // While it sleeps, the page's own clock stands still on most systems, and the wall's goes on.
    await run(bench, "const now = Date.now; Date.now = () => now() + 3_600_000; 0");
    await bench.page.type("#email", "ann@example.org");
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(bench.shop.posts[0]).toMatchObject({ "hushgate-token": "token-v2" });
  });

  test("forgets on reset()", async () => {
    await visit(bench);
    await verdict(bench);
    expect(await bench.page.$eval("[name=hushgate-token]", (field) => (field as HTMLInputElement).value)).toBe(
      "token-v1",
    );
    await run(bench, "hushgate.reset(); hushgate.conversion(() => { window.ran = 1; })");
    expect(await bench.page.$eval("[name=hushgate-token]", (field) => (field as HTMLInputElement).value)).toBe("");
    await pause(50);
    expect(await run(bench, "window.ran")).toBeUndefined();
  });

  test("the script twice is the script once", async () => {
    await visit(bench, { head: tagOf(bench.gate) });
    await pause(300);
    expect(bench.gate.sessions.size).toBe(1);
  });

  // Three tries, since the machine may have other things to do; the collector's own work is the same in each.
  test.runIf(kind === "chrome")("feels no long task", { retry: 2 }, async () => {
    const head = `<script>window.long = [];
      new PerformanceObserver((list) => long.push(...list.getEntries().map(({ startTime, duration }) => [startTime, duration])))
        .observe({ type: "longtask", buffered: true });</script>`;
    await visit(bench, { head });
    await verdict(bench);
    await pause(200);
    expect(await run(bench, "long")).toEqual([]);
  });
});
