// Builds dist/: the script tag's file, the npm module, and the file of the gate's own rooms.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { minify } from "@swc/core";
import { build } from "esbuild";

const root = new URL("..", import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const TARGETS = [
  { entry: "script", outs: ["hushgate.iife.js"], format: "iife", small: true },
  { entry: "collector", outs: ["hushgate.mjs"], format: "esm", small: false },
  { entry: "rooms", outs: ["rooms.js"], format: "iife", small: true },
  { entry: "decoy", outs: ["decoy.js"], format: "iife", small: true },
  { entry: "step-up", outs: ["stepup.js"], format: "iife", small: true },
];

// Properties that never leave the collector. Everything else has a name on the wire, on the page or in the browser.
const INTERNAL = /^(strokeAt|inserts|unnamed|counted|pristine|fresh|leave|until|text|gone)$/;

// esbuild bundles, swc says the same in fewer bytes: the collector has a bound. What gzip likes is found by trying.
const SMALL = {
  ecma: 2020,
  module: false,
  mangle: { toplevel: true },
  compress: {
    ecma: 2020,
    conditionals: false,
    passes: 5,
    toplevel: true,
    unsafe: true,
    unsafe_arrows: true,
    unsafe_methods: true,
    unsafe_regexp: true, // ours keep no place in a text: none has the flag g or y
    pure_getters: true,
  },
};

async function bundle({ entry, format, small }) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`src/${entry}.ts`],
    bundle: true,
    charset: "utf8",
    define: { __VERSION__: JSON.stringify(version) },
    format,
    legalComments: "none",
    logLevel: "warning",
    mangleProps: small ? INTERNAL : undefined,
    target: ["chrome91", "firefox90", "safari15"],
    write: false,
  });
  const { text } = outputFiles[0];
  // Whatever holds in strict mode holds without it, and the words take room.
  return small ? (await minify(text, SMALL)).code.replace('"use strict";', "") : text;
}

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist`);
for (const target of TARGETS) {
  const code = await bundle(target);
  for (const out of target.outs) writeFileSync(`${root}dist/${out}`, code);
}
