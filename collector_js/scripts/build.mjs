// Builds dist/: the script tag's file, the npm module, and the file of the gate's own rooms.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { minify } from "@swc/core";
import { build } from "esbuild";

const root = new URL("..", import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const TARGETS = [
  { entry: "rooms", outs: ["rooms.js"], format: "iife", small: true },
  { entry: "script", outs: ["hushgate.iife.js"], format: "iife", small: true },
  { entry: "collector", outs: ["hushgate.mjs"], format: "esm", small: false },
  { entry: "decoy", outs: ["decoy.js"], format: "iife", small: true },
  { entry: "step-up", outs: ["stepup.js"], format: "iife", small: true },
];

// Properties that never leave the collector. Everything else has a name on the wire, on the page or in the browser.
const INTERNAL = /^(strokeAt|inserts|unnamed|counted|pristine|fresh|leave|said|until|text|gone)$/;

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

async function bundle({ entry, format, small }, room) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`src/${entry}.ts`],
    bundle: true,
    charset: "utf8",
    define: { __VERSION__: JSON.stringify(version), ...(small ? {} : room) },
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

/** `(()=>{...})();` is a function that is called; where it has a name, it can hand its own text to a worker. */
const named = (code) => code.replace("(()=>{", "(function hushgate(){").replace("__ROOM__", "hushgate");

rmSync(`${root}dist`, { recursive: true, force: true });
mkdirSync(`${root}dist`);
let room;
for (const { outs, ...target } of TARGETS) {
  const code = await bundle(target, room);
  room ??= { __ROOM__: JSON.stringify(code.replace(/^\(|\)\(\);\s*$/g, "")) };
  for (const out of outs) writeFileSync(`${root}dist/${out}`, target.entry === "script" ? named(code) : code);
}
