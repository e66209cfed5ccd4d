import type { CDPSession } from "puppeteer-core";
import { expect, test } from "vitest";
import { type Bench, inBrowsers, until } from "./browser.js";
import { FORM } from "./shop.mjs";

const NAME = /^[a-z2-9]{10}$/;
const ADDRESS = `<form id="signup" action="/signup" method="post"><input name="name" autocomplete="name">
  <input name="street" autocomplete="street-address"><input name="zip" autocomplete="postal-code">
  <input name="email" type="email" autocomplete="email"><input type="password" name="password"><button id="go">Go</button></form>`;

/** Opens a page with the decoy's script, under a strict policy. */
async function open(bench: Bench, body = FORM, attributes = ""): Promise<string> {
  const { page, shop, gate } = bench;
  const tag = `<script src="${gate.url}/v1/decoy.js" data-sitekey="site-demo" ${attributes} async></script>`;
  await page.goto(
    shop.page({
      head: tag,
      body,
      csp: `default-src 'none'; script-src ${new URL(gate.url).origin}; form-action 'self'`,
    }),
  );
  return (await until(() => page.evaluate("document.querySelector('[inert] input')?.name ?? ''"))) as string;
}

inBrowsers("the decoy", (bench, kind) => {
  test("is in the form, under a name that is another on each page", async () => {
    const names = [await open(bench), await open(bench)];
    expect(names[0]).toMatch(NAME);
    expect(names[0]).not.toBe(names[1]);
    expect(bench.noise.filter((line) => /style|decoy/.test(line))).toEqual([]);
  });

  test("is sent along, empty, by whoever does not see it", async () => {
    const name = await open(bench);
    await bench.page.type("#email", "ann@example.org");
    await bench.page.type("#password", "secret");
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(bench.shop.posts[0]).toMatchObject({ email: "ann@example.org", [name]: "" });
  });

  test("is nowhere on the screen, and takes no room", async () => {
    await open(bench);
    const sizes = "[document.documentElement.scrollWidth, document.querySelector('form').offsetHeight]";
    const before = await bench.page.evaluate(sizes);
    await bench.page.evaluate("document.querySelector('[inert]').remove()");
    expect(await bench.page.evaluate(sizes)).toEqual(before);
  });

  test("is passed over by the Tab key", async () => {
    await open(bench);
    const visited = new Set<string>();
    for (let step = 0; step < 12; step++) {
      await bench.page.keyboard.press("Tab");
      visited.add((await bench.page.evaluate("document.activeElement.name || ''")) as string);
    }
    expect([...visited].filter((name) => NAME.test(name))).toEqual([]);
    expect(visited).toContain("email");
  });

  test("is filled by a script that fills in everything", async () => {
    const name = await open(bench);
    await bench.page.evaluate(
      "for (const one of document.querySelectorAll('input:not([type=hidden])')) one.value = 'a@b.example'",
    );
    await bench.page.click("#go");
    await until(() => bench.shop.posts.length);
    expect(bench.shop.posts[0]?.[name]).toBe("a@b.example");
  });

  test("comes to a form that is added later, with its first use", async () => {
    await bench.page.goto("about:blank");
    const { page, shop, gate } = bench;
    const tag = `<script src="${gate.url}/v1/decoy.js" data-sitekey="site-demo" async></script>`;
    await page.goto(shop.page({ head: tag, body: "<main></main>" }));
    await page.evaluate(`document.querySelector("main").innerHTML = ${JSON.stringify(FORM)}`);
    await page.focus("#email");
    expect(await page.evaluate("document.querySelectorAll('[inert] input').length")).toBe(1);
  });

  test.runIf(kind === "chrome")("is not there for assistive technology", async () => {
    await open(bench);
    const tree = JSON.stringify(await bench.page.accessibility.snapshot({ interestingOnly: false }));
    expect(tree.match(/textbox/g)?.length).toBe(
      await bench.page.evaluate("document.querySelectorAll('form > input, form > label > input').length"),
    );
  });

  test.runIf(kind === "chrome")("is left alone by the browser's own autofill", async () => {
    const name = await open(bench, ADDRESS);
    const filled = await autofill(bench);
    expect(filled.street).not.toBe("");
    expect(filled[name]).toBe("");
  });
});

/** Has Chromium fill in an address, as when a person picks one from its list. */
async function autofill({ page }: Bench): Promise<Record<string, string>> {
  const client: CDPSession = await page.createCDPSession();
  const fields = Object.entries({
    NAME_FULL: "Ann Example",
    ADDRESS_HOME_STREET_ADDRESS: "1 Long Street",
    ADDRESS_HOME_ZIP: "10115",
    ADDRESS_HOME_CITY: "Berlin",
    ADDRESS_HOME_COUNTRY: "DE",
    EMAIL_ADDRESS: "ann@example.org",
  }).map(([field, value]) => ({ name: field, value }));
  await client.send("Autofill.enable" as never);
  const { root } = await client.send("DOM.getDocument");
  const { nodeId } = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "[name=street]" });
  const { node } = await client.send("DOM.describeNode", { nodeId });
  await page.focus("[name=street]");
  await client.send("Autofill.trigger" as never, { fieldId: node.backendNodeId, address: { fields } } as never);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return (await page.evaluate("Object.fromEntries(new FormData(document.querySelector('form')))")) as Record<
    string,
    string
  >;
}
