import { expect, test } from "vitest";
import { type Bench, inBrowsers, pause, ready, tagOf, until } from "./browser.js";
import { FORM } from "./shop.mjs";

/** Opens a page with the form and a script of its own, and fills the form. */
async function open(bench: Bench, { script = "", attributes = "", body = FORM } = {}): Promise<void> {
  const { page, shop, gate } = bench;
  await page.goto(shop.page({ head: tagOf(gate, attributes), body: `${body}<script>${script}</script>` }));
  await ready(bench);
  await page.type("#email", "ann@example.org");
  await page.type("#password", "secret");
}

const tokens = ({ shop }: Bench) => shop.posts.map((post) => post["hushgate-token"]);

inBrowsers("a form", (bench) => {
  test("is held until the token is in its field, and keeps its button", async () => {
    await open(bench);
    await bench.page.click("#pro");
    await until(() => bench.shop.posts.length);
    expect(bench.shop.posts).toEqual([
      { email: "ann@example.org", password: "secret", plan: "pro", "hushgate-token": "token-v1" },
    ]);
    expect(bench.gate.visits[0]?.payload.page).toMatchObject({ when: "submit", embedding: "top", version: "1.0.0" });
  });

  test("goes by its button, and through the page's own handlers, where there is no requestSubmit, as in Safari 15", async () => {
    await open(bench);
    await bench.page.evaluate(`delete HTMLFormElement.prototype.requestSubmit;
      document.forms[0].addEventListener("submit", () => document.forms[0].querySelector("[name=email]").value += ".uk")`);
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(bench.shop.posts[0]).toMatchObject({ email: "ann@example.org.uk", "hushgate-token": "token-v1" });
  });

  test("is found by a field that is called email and nothing more", async () => {
    const { page, shop, gate } = bench;
    const body =
      '<form action="/signup" method="post"><input name="email" id="mail"><button id="go">Go</button></form>';
    await page.goto(shop.page({ head: tagOf(gate), body }));
    await ready(bench);
    await page.click("#go");
    await until(() => shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v1"]);
  });

  test("goes with an empty field when the gate is gone", async () => {
    await open(bench);
    bench.gate.close();
    const start = Date.now();
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual([""]);
    expect(Date.now() - start).toBeLessThan(2500);
  });

  test("goes with an empty field after data-timeout when the gate hangs", async () => {
    await open(bench, { attributes: 'data-timeout="800"' });
    bench.gate.dead = true;
    const start = Date.now();
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual([""]);
    expect(Date.now() - start).toBeGreaterThan(750);
    expect(Date.now() - start).toBeLessThan(1800);
  });

  test("is held as long as by default where data-timeout is no number", async () => {
    await open(bench, { attributes: 'data-timeout="2s"' });
    bench.gate.answer = async () => void (await pause(300));
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v1"]);
  });

  test("is sent once by a double click", async () => {
    await open(bench);
    bench.gate.answer = async () => void (await pause(300));
    await bench.page.click("#go", { count: 2, delay: 30 });
    await until(() => bench.shop.posts.length);
    await pause(300);
    expect(tokens(bench)).toEqual(["token-v1"]);
  });

  test("is validated by the browser first", async () => {
    await open(bench);
    await bench.page.evaluate('email.value = "nonsense"');
    await bench.page.click("#go");
    await pause(400);
    expect(bench.gate.visits).toEqual([]);
    expect(bench.shop.posts).toEqual([]);
  });

  test("is sent by Enter", async () => {
    await open(bench);
    await bench.page.focus("#email");
    await bench.page.keyboard.press("Enter");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v1"]);
  });

  test("is sent by requestSubmit", async () => {
    await open(bench);
    await bench.page.evaluate("signup.requestSubmit()");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v1"]);
  });

  test("is left alone when a script calls submit()", async () => {
    await open(bench);
    await bench.page.$eval("#signup", (form) => (form as HTMLFormElement).submit());
    await until(() => bench.shop.posts.length);
    expect(bench.gate.visits).toEqual([]);
  });

  test("that the page sends itself has the token in its FormData, and a new one each time", async () => {
    const script = `signup.addEventListener("submit", (event) => {
      event.preventDefault();
      (window.sent ??= []).push([event.submitter.id, new FormData(signup, event.submitter).get("hushgate-token")]);
    })`;
    await open(bench, { script });
    await bench.page.click("#go");
    await until(() => bench.page.evaluate("window.sent?.length === 1"));
    await bench.page.click("#pro");
    await until(() => bench.page.evaluate("window.sent?.length === 2"));
    const sent = await bench.page.evaluate("window.sent");
    expect(sent).toEqual([
      ["go", "token-v1"],
      ["pro", "token-v2"],
    ]);
    expect(bench.gate.visits[1]?.after).toBe(bench.gate.visits[0]?.session);
  });

  test("whose submit event a script made reaches the page's handler with the token", async () => {
    const script = `signup.onsubmit = (event) => { event.preventDefault(); window.seen = new FormData(signup).get("hushgate-token"); }`;
    await open(bench, { script });
    // In the page's own world: what Firefox's driver dispatches from its sandbox is trusted.
    await bench.page.evaluate('void signup.dispatchEvent(new Event("submit", { cancelable: true }))');
    await until(() => bench.page.evaluate("window.seen"));
    expect(await bench.page.evaluate("window.seen")).toBe("token-v1");
    expect(bench.shop.posts).toEqual([]);
  });

  test("that is added later is bound as well", async () => {
    const { page, shop, gate } = bench;
    await page.goto(shop.page({ head: tagOf(gate), body: "<main></main>" }));
    await ready(bench);
    await page.evaluate(`document.querySelector("main").innerHTML = ${JSON.stringify(FORM)}`);
    await page.type("#email", "ann@example.org");
    await page.click("#go");
    await until(() => shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v1"]);
    expect(gate.visits[0]?.payload.signals.interaction).toMatchObject({ v: { bound: true } });
  });

  test("is the one that data-form names, with the field that data-field names", async () => {
    const login = '<form id="login"><input type="password"></form>';
    await open(bench, { body: login + FORM, attributes: 'data-form="#signup" data-field="proof"' });
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(bench.shop.posts[0]).toMatchObject({ proof: "token-v1" });
  });

  test("is the one with a password where another asks for a mail address as well", async () => {
    const letter = '<form><input type="email" name="letter"></form>';
    await open(bench, { body: letter + FORM + letter });
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v1"]);
  });

  test("of two likely ones neither is bound", async () => {
    await open(bench, { body: `<form><input type="password"></form>${FORM}` });
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual([undefined]);
  });

  test("that the browser brings back from its history gets a new token", async () => {
    await open(bench, { script: 'addEventListener("pageshow", (event) => { window.kept = event.persisted; })' });
    await bench.page.click("#go");
    await bench.page.waitForSelector("#done");
    await bench.page.evaluate("history.back()");
    await bench.page.waitForSelector("#signup");
    await pause(500);
    expect(await bench.page.evaluate("window.kept")).toBe(true);
    expect(await bench.page.$eval("#email", (field) => (field as HTMLInputElement).value)).toBe("ann@example.org");
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length === 2);
    expect(tokens(bench)).toEqual(["token-v1", "token-v2"]);
  });

  test("is tried again with a new session when the old one has expired", async () => {
    await open(bench);
    let tries = 0;
    bench.gate.answer = () =>
      tries++ ? undefined : { status: 400, body: { error: { code: "session-expired", message: "too old" } } };
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(tokens(bench)).toEqual(["token-v2"]);
    expect(bench.gate.visits[1]?.after).toBe(bench.gate.visits[0]?.session);
  });
});
