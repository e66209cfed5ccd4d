// The built files themselves: no browser is needed, only a build.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const dist = (name: string) => new URL(`../dist/${name}`, import.meta.url);

test("the module imports on a server, where it must not touch a page", () => {
  const script = `import(${JSON.stringify(dist("hushgate.mjs").href)}).then((module) => console.log(Object.keys(module).join()))`;
  expect(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).trim()).toBe("init");
});

test("the types stand by themselves", () => {
  expect(readFileSync(dist("types/collector.d.ts"), "utf8")).toContain(
    "export declare function init(given: Options): Hushgate",
  );
});

test("the files keep to their bounds", () => {
  const script = new URL("../scripts/size.mjs", import.meta.url).pathname;
  expect(execFileSync(process.execPath, [script], { encoding: "utf8" })).toContain("together");
});
