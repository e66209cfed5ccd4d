import { expect, test } from "vitest";
import { readAttributes } from "./options.js";

function tag(src: string, attributes: Record<string, string>): HTMLScriptElement {
  const script = document.createElement("script");
  script.src = src;
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  return script;
}

test.each([
  ["https://gate.test/v1/hushgate.js", "https://gate.test"],
  ["https://gate.test/v1.0.0/hushgate.js", "https://gate.test"],
  ["https://shop.test/_hush/v1/hushgate.js?x=1", "https://shop.test/_hush"],
])("finds the gate of %s at %s", (src, endpoint) => {
  expect(readAttributes(tag(src, { "data-sitekey": "k" }))).toMatchObject({ sitekey: "k", endpoint });
});

test("an endpoint of its own wins, and every attribute is an option", () => {
  const script = tag("https://cdn.test/v1/hushgate.js", {
    "data-endpoint": "https://gate.test",
    "data-unverified": "count",
  });
  expect(readAttributes(script)).toEqual({ endpoint: "https://gate.test", unverified: "count" });
});
