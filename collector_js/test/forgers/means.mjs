// What a script without a browser can make of the quiz. It has read our source: it knows the table of the engines' own answers by
// heart, works out every length and every matrix, and looks a style up in jsdom. What it does not do is lay out: that would be to
// write, or to bring, the part of a browser that the quiz is about.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const TABLE = new URL("../../../validator/hushgate/data/quiz_traits.json", import.meta.url);
const { traits } = JSON.parse(readFileSync(TABLE, "utf8"));
const known = new Map(traits.map(({ style, what, answers }) => [`${style}|${what}`, answers.blink]));

const { document, getComputedStyle } = new JSDOM("<!doctype html><body>", { pretendToBeVisual: true }).window;

/** A length in px, its units and functions worked out by JavaScript itself. Percentages are of `whole`. */
function work(length, whole) {
  const source = length
    .replace(/calc/g, "")
    .replace(/clamp\(([^,]+),([^,]+),([^)]+)\)/g, "max($1,min($2,$3))")
    .replace(/\b(min|max)\(/g, "Math.$1(")
    .replace(/(-?[\d.]+)pt/g, "($1/0.75)")
    .replace(/(-?[\d.]+)%/g, `($1/100*${whole})`)
    .replace(/px/g, "");
  try {
    return Number(new Function(`return ${source}`)());
  } catch {
    return Number.NaN;
  }
}

const styleOf = (style) => Object.fromEntries(style.split(";").map((one) => one.split(/:(.*)/s).slice(0, 2)));
const round = (value) => Math.floor(value * 64) / 64;

function matrix(transform) {
  const [turn, across, down, skew] = transform.match(/[\d.]+/g).map(Number);
  const [sine, cosine, slope] = [
    Math.sin((turn * Math.PI) / 180),
    Math.cos((turn * Math.PI) / 180),
    Math.tan((skew * Math.PI) / 180),
  ];
  const [one, two] = [cosine * across, sine * across];
  const parts = [one, two, one * slope - sine * down, two * slope + cosine * down, 0, 0];
  return `matrix(${parts.map((part) => Number(part.toPrecision(6))).join(", ")})`;
}

/** Node alone: what is written in a style is worked out, percentages of the box outside, sizes that nobody wrote are guessed. */
function alone([, ...boxes]) {
  const drawn = [{ width: 1280, height: 720 }];
  return boxes.flatMap(([into, style, what]) => {
    const own = styleOf(style);
    const outer = drawn[into];
    const size = (name) => work(own[name] ?? "100%", outer[name]);
    drawn.push({ width: size("width"), height: size("height") });
    if (!what) return [];
    if (known.has(`${style}|${what}`)) return [known.get(`${style}|${what}`)];
    if (what === "transform") return [matrix(own.transform)];
    if (what === "offsetTop") return ["0"];
    if (what === "gridTemplateColumns") return [own["grid-template-columns"]];
    if (what === "marginLeft") return [`${round((outer.width - size("width")) / 2)}px`];
    const share = own["flex-basis"] ?? own[what] ?? "100%";
    return [`${round(work(share, outer[what]))}px`];
  });
}

/** A page of jsdom, asked as the collector asks. */
function drawnInJsdom([style, ...boxes]) {
  const draw = (parent, own) => {
    const box = document.createElement("div");
    box.style.cssText = own;
    return parent.appendChild(box);
  };
  const host = draw(document.documentElement, style);
  const drawn = [host.attachShadow({ mode: "closed" })];
  const answers = boxes.flatMap(([into, own, what]) => {
    const box = draw(drawn[into], own);
    drawn.push(box);
    return what ? [String(box[what] ?? getComputedStyle(box)[what])] : [];
  });
  host.remove();
  return answers;
}

const answered = (v) => ({ quiz: { v, ms: 1 } });

export const means = {
  node: (quiz) => answered(alone(quiz)),
  jsdom: (quiz) => answered(drawnInJsdom(quiz)),
  /** The better of both: jsdom's word where it is a length, Node's where it is not. */
  both(quiz) {
    const worked = alone(quiz);
    return answered(drawnInJsdom(quiz).map((answer, at) => (/^-?[1-9][\d.]*px$/.test(answer) ? answer : worked[at])));
  },
  silent: () => ({}),
  excused: () => ({ quiz: { e: "timeout" } }),
};
