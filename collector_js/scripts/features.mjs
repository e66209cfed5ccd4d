// Writes validator/hushgate/data/features.txt: the version of each browser in which a feature came, from MDN's compatibility data.
// npm install --no-save @mdn/browser-compat-data && node scripts/features.mjs
import { writeFileSync } from "node:fs";

const { default: data } = await import("@mdn/browser-compat-data", { with: { type: "json" } });
const FEATURES = [
  ...["Array.fromAsync", "Object.groupBy", "Promise.withResolvers", "Promise.try", "Set.prototype.union"],
  ...["RegExp.escape", "Float16Array", "Error.isError", "Math.sumPrecise", "Temporal"],
];
const BROWSERS = ["chrome", "firefox", "safari"];

const find = (path) => path.split(".").reduce((at, name) => at[name], data.javascript.builtins).__compat.support;

/** The first release that has it for everybody; 0 where none has. */
function since(support) {
  const [first] = [support].flat();
  return !first?.version_added || first.flags ? 0 : Number.parseFloat(first.version_added) || 0;
}

const rows = FEATURES.map((name) => {
  const support = find(name.replace(".prototype", ""));
  return [name, ...BROWSERS.map((browser) => since(support[browser]))].join(" ");
});
const head = [
  "# Features of JavaScript engines, and the first version of Chromium, Firefox and Safari that has them (0: none yet).",
  `# Source: @mdn/browser-compat-data ${data.__meta.version} (CC0), ${data.__meta.timestamp.slice(0, 10)}; made by collector_js/scripts/features.mjs.`,
];
writeFileSync(
  new URL("../../validator/hushgate/data/features.txt", import.meta.url),
  `${[...head, ...rows].join("\n")}\n`,
);
