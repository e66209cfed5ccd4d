// DEMO ONLY: the operator's panel. Everything that it shows came from a stranger, so it is set as text and never as markup.
"use strict";

const EVERY = 1000;
const FIRST = 5; // findings shown at once
const SVG = "http://www.w3.org/2000/svg";
const DECISIONS = {
  allow: "let in",
  ghost: "ghosted",
  challenge: "asked to confirm",
  throttle: "asked to wait",
  deny: "refused",
  restored: "restored",
};
const ANSWERS = {
  created: "Account created, logged in",
  taken: "That address is taken",
  confirm: "Look into your mail",
  later: "Please try again later",
  refused: "We could not open an account",
};
const EFFECTS = [
  ["row", "User row", "written", "none written"],
  ["mail", "Welcome mail", "queued", "none queued"],
  ["slack", "Slack alert", "fired", "none fired"],
  ["crm", "CRM event", "sent", "none sent"],
  ["conversion", "Conversion", "counted", "not counted"],
];
const id = (name) => document.getElementById(name);
const restored = new Map(); // ghosts that this page made people of: their rows stay and say so
let shown = "";

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function clock(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleTimeString("en-GB");
}

// What was done with a signup: a ghost that is a person by now is none any more.
const done = (entry) => (entry.restored ? "restored" : entry.decision);

function visit(entry) {
  return entry.visit ? el("code", "visit", entry.visit) : null;
}

function verdictChip(entry) {
  const verdict = entry.verdict || "none";
  return el("span", `chip chip-${verdict}`, entry.verdict || "no verdict");
}

// The score as a line from 0 to 100, with the thresholds of suspect (50) and bot (80).
function scale(score) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "scale");
  svg.setAttribute("viewBox", "0 0 100 8");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const parts = [["zone-human", 0, 50], ["zone-suspect", 50, 30], ["zone-bot", 80, 20]];
  for (const [name, x, width] of parts) svg.append(rect(name, x, 2, width, 4));
  svg.append(rect("needle", Math.min(Math.max(score, 0.6), 99.4) - 0.6, 0, 1.2, 8));
  return svg;
}

function rect(name, x, y, width, height) {
  const shape = document.createElementNS(SVG, "rect");
  shape.setAttribute("class", name);
  for (const [key, value] of Object.entries({ x, y, width, height })) shape.setAttribute(key, String(value));
  return shape;
}

function finding(one) {
  const weight = one.tier === "soft" ? `weight ${one.weight}` : one.tier;
  const title = el("p", "finding-title", one.title || one.check, " ", el("span", `tier tier-${one.tier}`, weight));
  return el("li", "", title, el("p", "finding-saw", one.saw));
}

function findings(entry) {
  if (!entry.findings.length) return el("p", "fine", entry.verdict ? "Nothing was found." : entry.reason);
  const lines = entry.findings.map(finding);
  const rest = lines.splice(FIRST);
  const more = rest.length ? el("details", "", el("summary", "", `${rest.length} more`), el("ul", "findings", ...rest)) : null;
  return el("div", "", entry.verdict ? null : el("p", "fine", entry.reason), el("ul", "findings", ...lines), more);
}

function skipped(entry) {
  if (!entry.skipped.length) return null;
  const lines = entry.skipped.map((one) => el("li", "", el("code", "", one.check), ` ${one.why}`));
  return el("details", "", el("summary", "", `${lines.length} checks not judged, and why`), el("ul", "skips", ...lines));
}

function effect([name, label, happened, idle], entry) {
  const state = entry.effects[name] ? "happened" : done(entry) === "ghost" ? "spared" : "idle";
  const words = { happened, spared: "spared", idle };
  return el("li", state, el("span", "", label), el("b", "", words[state]));
}

function told(entry) {
  const same = entry.decision === "ghost" && entry.outcome === "created" ? ": word for word what a person is told" : "";
  return el("p", "told", el("b", "", String(entry.status)), ` ${ANSWERS[entry.outcome] || entry.outcome}${same}`);
}

function latest(entry) {
  const chips = el("p", "chips", verdictChip(entry), el("span", `chip chip-${done(entry)}`, DECISIONS[done(entry)]));
  const who = el("p", "who", el("b", "", entry.email), el("span", "", `${clock(entry.at)}, sent by ${entry.sent === "form" ? "a plain form" : "the page"}`), entry.visit ? el("span", "", "Visit ", visit(entry)) : null);
  const score = entry.score === null ? null : el("div", "score", scale(entry.score), el("p", "", `Score ${Math.round(entry.score)} of 100, confidence ${entry.confidence}`));
  const link = entry.link && !entry.effects.row ? el("p", "fine", "In the outbox: ", mailLink(entry.link)) : null;
  const effects = el("ul", "effects", ...EFFECTS.map((one) => effect(one, entry)));
  const outside = [el("h4", "", "What the visitor was told"), told(entry)];
  const inside = [el("h4", "", "What happened behind"), effects, link];
  const parts = [chips, who, score, ...outside, ...inside, el("h4", "", "Why"), findings(entry), skipped(entry)];
  return parts.filter((part) => part !== null);
}

function mailLink(link) {
  const anchor = el("a", "", "the mail with the confirmation link");
  anchor.href = new URL(link, location.origin).pathname + new URL(link, location.origin).search;
  return anchor;
}

function row(entry) {
  const when = el("span", "when", el("time", "", clock(entry.at)), " ", visit(entry));
  return el("tr", `did-${done(entry)}`, el("td", "", entry.email, when), el("td", "", verdictChip(entry), el("span", "when", DECISIONS[done(entry)])));
}

// One ghost in the quarantine, and the button that makes a person of it, or that it is one now.
function kept(ghost) {
  const who = el("span", "kept-who", el("b", "", String(ghost.email)), el("span", "", `${ghost.name}, ${clock(ghost.at)}`));
  const end = restored.has(ghost.id) ? el("span", "chip chip-restored", "Restored") : restorer(ghost);
  end.dataset.ghost = ghost.id;
  if (restored.has(ghost.id)) end.tabIndex = -1;
  return el("li", "", who, end);
}

function restorer(ghost) {
  const button = el("button", "restore", "Restore");
  button.type = "button";
  button.setAttribute("aria-label", `Restore ${ghost.email}`);
  button.addEventListener("click", () => restore(ghost, button));
  return button;
}

async function restore(ghost, button) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true"); // and not disabled, which would lose the focus
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id: ghost.id }) };
  try {
    const response = await fetch("/operator/restore", options);
    if (response.ok) restored.set(ghost.id, ghost);
    id("kept-said").textContent = `${ghost.email}: ${(await response.json()).said}`;
    await refresh();
  } catch {
    id("kept-said").textContent = "We could not reach the site. Nothing is lost: try again.";
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function bars(totals) {
  const most = Math.max(totals.signups, totals.conversions, 1);
  for (const [name, value] of [["without", totals.signups], ["with", totals.conversions]]) {
    document.querySelector(`[data-bar=${name}]`).textContent = String(value);
    document.querySelector(`.bar-${name} rect`).setAttribute("width", `${(100 * value) / most}%`);
  }
}

function spared(totals) {
  if (!totals.ghosts) return "";
  const times = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;
  const list = ["user row", "welcome mail", "Slack alert", "CRM event"].map((one) => times(totals.ghosts, one));
  return `Spared so far: ${list.slice(0, -1).join(", ")} and ${list.at(-1)}.`;
}

function draw(state) {
  const same = shown.startsWith(`${state.latest?.serial} `);
  const open = same ? [...id("latest-body").querySelectorAll("details")].map((one) => one.open) : [];
  id("empty").hidden = state.latest !== null;
  for (const name of ["totals", "latest", "last"]) id(name).hidden = state.latest === null;
  for (const slot of document.querySelectorAll("[data-total]")) slot.textContent = String(state.totals[slot.dataset.total]);
  bars(state.totals);
  id("spared").textContent = spared(state.totals);
  if (!state.latest) return;
  id("latest-body").replaceChildren(...latest(state.latest));
  id("rows").replaceChildren(...state.entries.map(row));
  drawKept(state);
  id("last-title").textContent = of("The last signups", state.entries.length, state.totals.recorded);
  for (const [place, one] of id("latest-body").querySelectorAll("details").entries()) one.open = open[place] ?? false;
}

const of = (title, some, all) => `${title}: ${some < all ? `${some} of ${all}` : some}`;

function drawKept({ quarantine, held, sealed }) {
  const focused = document.activeElement?.dataset.ghost;
  const since = [...restored.values()].filter((one) => !quarantine.some((ghost) => ghost.id === one.id));
  const rows = [...quarantine, ...since].sort((one, other) => other.at.localeCompare(one.at));
  id("kept").hidden = held === 0 && rows.length === 0;
  id("kept-title").textContent = of("In the quarantine", quarantine.length, held);
  id("kept-sealed").textContent = sealed ? `${sealed} of the latest cannot be read: the key that they were sealed under is not in use.` : "";
  id("kept-rows").replaceChildren(...rows.map(kept));
  if (focused) (document.querySelector(`#kept-rows [data-ghost="${CSS.escape(focused)}"]`) || id("kept-said")).focus();
}

async function refresh() {
  const response = await fetch("/operator.json", { signal: AbortSignal.timeout(5000) });
  const text = await response.text();
  const state = JSON.parse(text);
  const now = `${state.latest?.serial} ${text}`;
  if (now !== shown) draw(state);
  shown = now;
}

// Once a second, and only while somebody can see it.
async function tick() {
  if (!document.hidden) {
    try {
      await refresh();
    } catch {
      // The site is down or on its way up: the next second asks again.
    }
  }
  setTimeout(tick, EVERY);
}

tick();
