// Builds dist/: the script tag's file, the npm module, and the two files of the gate's own rooms.
import { readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const root = new URL("..", import.meta.url).pathname;

rmSync(`${root}dist`, { recursive: true, force: true });

const targets = [
  { entry: "script", out: "hushgate.iife.js", format: "iife", minify: true },
  { entry: "collector", out: "hushgate.mjs", format: "esm", minify: false },
  { entry: "rooms", out: "rooms.js", format: "iife", minify: true },
  { entry: "rooms", out: "room.js", format: "iife", minify: true },
];

for (const { entry, out, format, minify } of targets) {
  await build({
    absWorkingDir: root,
    entryPoints: [`src/${entry}.ts`],
    outfile: `dist/${out}`,
    bundle: true,
    charset: "utf8",
    define: { __VERSION__: JSON.stringify(version) },
    format,
    legalComments: "none",
    logLevel: "warning",
    minify,
    target: ["chrome91", "firefox90", "safari15"],
  });
}
