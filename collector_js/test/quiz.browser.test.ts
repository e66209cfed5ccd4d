import { expect, test } from "vitest";
import { type Bench, inBrowsers, ready, tagOf, until } from "./browser.js";
import { FORM } from "./shop.mjs";

/** A row of 300 px that is shared out, a box half as high as wide, and what only a running engine knows of a style. */
const ANSWERS = ["230px", "40px", "50px"];

async function visit(bench: Bench, { csp = "", head = "", attributes = "" } = {}): Promise<unknown> {
  const { page, shop, gate } = bench;
  await page.goto(shop.page({ head: head + tagOf(gate, attributes), body: FORM, csp }));
  await ready(bench);
  if (!attributes) await page.evaluate("hushgate.execute()");
  const seen = await until(() => gate.visits[0]);
  return seen.payload.signals.quiz;
}

inBrowsers("the quiz", (bench) => {
  test("is answered in the payload", async () => {
    expect(await visit(bench)).toEqual({ v: ANSWERS, ms: expect.any(Number) });
  });

  test("is answered under a strict policy", async () => {
    const { origin } = new URL(bench.gate.url);
    const csp = `default-src 'none'; script-src ${origin}; connect-src ${origin}; require-trusted-types-for 'script'`;
    expect(await visit(bench, { csp })).toMatchObject({ v: ANSWERS });
  });

  test("is none of the page's business: its styles, its direction, its zoom", async () => {
    const head = `<style>* { width: 7px !important; box-sizing: border-box; padding: 3px !important; transform: scale(2) }
      html { direction: rtl; writing-mode: vertical-rl; zoom: 1.5 } div::before { content: "x"; display: block; width: 9px }
      div { display: none !important; max-height: 5px }</style>`;
    const { v } = (await visit(bench, { head })) as { v: string[] };
    expect(v.map((size) => Math.round(Number.parseFloat(size)))).toEqual([230, 40, 50]);
  });

  test('is answered with data-when="load"', async () => {
    expect(await visit(bench, { attributes: 'data-when="load"' })).toMatchObject({ v: ANSWERS });
  });

  test("is answered anew for each session", async () => {
    await visit(bench);
    bench.gate.quiz = ["", [0, "width:80px"], [1, "width:25%", "width"]];
    // The next session is open already; the one after it asks what is asked now.
    await bench.page.evaluate("hushgate.execute()");
    await bench.page.evaluate("hushgate.execute()");
    expect(bench.gate.visits.at(-1)?.payload.signals.quiz).toMatchObject({ v: ["20px"] });
  });

  test("of a gate that does not ask is empty", async () => {
    bench.gate.quiz = undefined;
    expect(await visit(bench)).toMatchObject({ v: [] });
  });
});
