// Writes the gate's table of what each engine answers: validator/hushgate/data/quiz_traits.json. It asks the real browsers that
// HUSHGATE_CHROMIUM and HUSHGATE_FIREFOX name, by the collector's own code, and keeps what they answer differently.
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { launch } from "puppeteer-core";

const root = new URL("..", import.meta.url).pathname;
const TABLE = `${root}../validator/hushgate/data/quiz_traits.json`;
const BROWSERS = {
  blink: ["chrome", process.env.HUSHGATE_CHROMIUM ?? "/usr/bin/chromium"],
  gecko: ["firefox", process.env.HUSHGATE_FIREFOX ?? "/usr/bin/firefox-esr"],
};

// Old habits of an engine, not its latest features: how it prints names, what it adds, the properties that carry its name.
const CANDIDATES = [
  ["font-family:under right", "fontFamily"],
  ['font-family:"tall"', "fontFamily"],
  ["font-family:near by,far", "fontFamily"],
  ['font-family:x,"wide"', "fontFamily"],
  ["text-align:-webkit-center", "textAlign"],
  ["text-align:-webkit-left", "textAlign"],
  ["text-align:-webkit-right", "textAlign"],
  ["text-align:-moz-center", "textAlign"],
  ["", "MozBoxAlign"],
  ["", "MozUserInput"],
  ["", "MozFloatEdge"],
  ["-moz-orient:vertical", "MozOrient"],
  ["-moz-box-flex:3", "MozBoxFlex"],
  ["-webkit-user-drag:element", "webkitUserDrag"],
  ["-webkit-rtl-ordering:visual", "webkitRtlOrdering"],
  ["-webkit-box-reflect:below 7px", "webkitBoxReflect"],
  ["-webkit-font-smoothing:antialiased", "webkitFontSmoothing"],
  ["-webkit-locale:'de'", "webkitLocale"],
  ["-webkit-text-security:disc", "webkitTextSecurity"],
  ["-webkit-user-modify:read-write", "webkitUserModify"],
];

// Every Chromium and Firefox that the collector runs in has these; and no setting of a person changes them.
const bundle = await build({
  absWorkingDir: root,
  entryPoints: ["src/quiz.ts"],
  bundle: true,
  format: "iife",
  globalName: "quiz",
  write: false,
});

async function ask([browser, executablePath]) {
  const args = browser === "chrome" && process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const running = await launch({ browser, executablePath, headless: true, args });
  const page = await running.newPage();
  const boxes = CANDIDATES.map(([style, what]) => [0, style, what]);
  const answers = await page.evaluate(
    `(() => { ${bundle.outputFiles[0].text}; return quiz.solve(${JSON.stringify(["", ...boxes])}); })()`,
  );
  const version = Number(/(\d+)\./.exec(await running.version())[1]);
  await running.close();
  return { version, answers };
}

const told = {};
for (const [engine, browser] of Object.entries(BROWSERS)) told[engine] = await ask(browser);
const engines = Object.entries(told);
const traits = CANDIDATES.map(([style, what], at) => ({
  style,
  what,
  answers: Object.fromEntries(engines.map(([engine, { answers }]) => [engine, answers[at]])),
})).filter(({ answers }) => new Set(Object.values(answers)).size > 1);
const versions = Object.fromEntries(engines.map(([engine, { version }]) => [engine, version]));
const lines = traits.map((trait) => `  ${JSON.stringify(trait)}`).join(",\n");
writeFileSync(TABLE, `{"versions": ${JSON.stringify(versions)}, "traits": [\n${lines}\n]}\n`);
