// No tool at all: a browser with a debugging port, and the protocol spoken to it by hand. The page is read through the DOM domain, so that
// nothing is ever evaluated in it and the runtime domain stays off.
import { spawn } from "node:child_process";
import CDP from "chrome-remote-interface";
import { AFTER, between, fields, options, SETTLE, sleep, submit, task } from "./task.mjs";

const port = 20000 + Math.floor(Math.random() * 20000);
const flags = [`--remote-debugging-port=${port}`, `--user-data-dir=${task.profile}`, ...task.flags, ...(options.flags ?? [])];
const browser = spawn(task.chromium, [...flags, "about:blank"], { stdio: "ignore" });

async function attach() {
  for (let tries = 0; tries < 100; tries++) {
    try {
      const targets = await CDP.List({ port });
      return await CDP({ port, target: targets.find(({ type }) => type === "page") });
    } catch {
      await sleep(150);
    }
  }
  throw Error("the browser did not open its port");
}

const { DOM, Emulation, Input, Page } = await attach();
const shifted = (letter) => /[A-Z@_!]/.test(letter);
const codes = { "@": ["Digit2", 50], _: ["Minus", 189], ".": ["Period", 190], "-": ["Minus", 189], " ": ["Space", 32], "!": ["Digit1", 49] };
const codeOf = (letter) => {
  if (codes[letter]) return codes[letter];
  const code = letter.toUpperCase();
  return [(/\d/.test(letter) ? "Digit" : "Key") + code, code.charCodeAt(0)];
};
let at = { x: between(300, 900), y: between(300, 600) };

async function middle(selector) {
  const { root } = await DOM.getDocument();
  const { nodeId } = await DOM.querySelector({ nodeId: root.nodeId, selector });
  const { model } = await DOM.getBoxModel({ nodeId });
  const [left, top, , , right, bottom] = model.content;
  return { left, top, width: right - left, height: bottom - top };
}

/** Pressure, whole pixels and a bent way where the hand is careful; a jump to the middle where it is not. */
async function goTo(selector) {
  const { left, top, width, height } = await middle(selector);
  if (options.fill === "touch") return { x: left + width * between(0.2, 0.8), y: top + height * between(0.3, 0.7) };
  const careful = options.hand === "careful";
  const place = options.places === "between" ? (value) => value : Math.round;
  const to = careful
    ? { x: place(left + width * between(0.2, 0.8)), y: place(top + height * between(0.3, 0.7)) }
    : { x: left + width / 2, y: top + height / 2 };
  const steps = careful ? Math.round(between(25, 45)) : 1;
  const bend = between(-60, 60);
  for (let step = 1; step <= steps; step++) {
    const part = step / steps;
    const eased = part * part * (3 - 2 * part);
    const aside = Math.sin(Math.PI * eased) * bend;
    const x = at.x + (to.x - at.x) * eased + aside;
    const y = at.y + (to.y - at.y) * eased + aside / 2;
    const next = step === steps ? to : { x: place(x), y: place(y) };
    await Input.dispatchMouseEvent({ type: "mouseMoved", ...next });
    if (careful) await sleep(between(6, 14));
  }
  at = to;
  return to;
}

async function tap(point) {
  await Input.dispatchTouchEvent({ type: "touchStart", touchPoints: [{ ...point, radiusX: 9, radiusY: 9, force: 0.6 }] });
  await sleep(between(50, 110));
  await Input.dispatchTouchEvent({ type: "touchEnd", touchPoints: [] });
}

async function click(selector) {
  const point = await goTo(selector);
  if (options.fill === "touch") return tap(point);
  const careful = options.hand === "careful";
  const how = { ...at, button: "left", clickCount: 1, ...(careful ? { force: 0.5 } : {}) };
  if (careful) await sleep(between(60, 160));
  await Input.dispatchMouseEvent({ type: "mousePressed", buttons: 1, ...how });
  await sleep(careful ? between(60, 120) : 0);
  await Input.dispatchMouseEvent({ type: "mouseReleased", ...how });
}

async function key(letter) {
  const [code, windowsVirtualKeyCode] = codeOf(letter);
  const shift = shifted(letter);
  const held = { key: "Shift", code: "ShiftLeft", windowsVirtualKeyCode: 16 };
  const modifiers = shift ? 8 : 0;
  if (shift) await Input.dispatchKeyEvent({ type: "rawKeyDown", ...held, modifiers });
  if (shift) await sleep(between(50, 90));
  const what = { key: letter, code, windowsVirtualKeyCode, modifiers };
  await Input.dispatchKeyEvent({ type: "keyDown", text: letter, unmodifiedText: letter, ...what });
  await sleep(between(45, 125));
  await Input.dispatchKeyEvent({ type: "keyUp", ...what });
  if (shift) await Input.dispatchKeyEvent({ type: "keyUp", ...held });
  await sleep(between(30, 210));
}

/** As two hands type: a plan of keys that overlap, each as whole as a keyboard's. `parted` sends key and character as two, at once. */
async function overlap(text) {
  const plan = [];
  let now = 0;
  for (const letter of text) {
    const [code, windowsVirtualKeyCode] = codeOf(letter);
    const shift = shifted(letter);
    const left = { key: "Shift", code: "ShiftLeft", windowsVirtualKeyCode: 16, location: 1 };
    const what = { key: letter, code, windowsVirtualKeyCode, modifiers: shift ? 8 : 0 };
    const held = between(50, 125);
    if (shift) plan.push([now, { type: "rawKeyDown", ...left, modifiers: 8 }], [now + held + 110, { type: "keyUp", ...left }]);
    if (shift) now += between(60, 100);
    const written = { text: letter, unmodifiedText: letter.toLowerCase(), ...what };
    if (options.keys === "parted") plan.push([now, { type: "rawKeyDown", ...what }], [now, { type: "char", ...written }]);
    else plan.push([now, { type: "keyDown", ...written }]);
    plan.push([now + held, { type: "keyUp", ...what }]);
    now += between(55, 210) + (shift ? 200 : 0);
  }
  plan.sort(([one], [other]) => one - other);
  const start = performance.now();
  for (const [when, event] of plan) {
    await sleep(Math.max(0, start + when - performance.now()));
    Input.dispatchKeyEvent(event);
  }
  await sleep(200);
}

/** As an input method does: a few letters at a time, shown first, then handed over. */
async function compose(text) {
  for (const part of text.match(/.{1,4}/g)) {
    for (let end = 1; end <= part.length; end++) {
      await Input.imeSetComposition({ text: part.slice(0, end), selectionStart: end, selectionEnd: end });
      await sleep(between(60, 200));
    }
    await Input.insertText({ text: part });
  }
}

/** As a soft keyboard does: keys without names, and a letter for each. */
async function soft(text) {
  for (const letter of text) {
    await Input.dispatchKeyEvent({ type: "rawKeyDown", key: "Unidentified", windowsVirtualKeyCode: 229 });
    await Input.insertText({ text: letter });
    await Input.dispatchKeyEvent({ type: "keyUp", key: "Unidentified", windowsVirtualKeyCode: 229 });
    await sleep(between(60, 200));
  }
}

const WAYS = { insert: (text) => Input.insertText({ text }), compose, touch: soft };

async function write(text) {
  if (WAYS[options.fill]) return WAYS[options.fill](text);
  if (options.keys) return overlap(text);
  for (const letter of text) await key(letter);
}

await Page.enable();
if (options.userAgent) await Emulation.setUserAgentOverride(options.userAgent);
if (options.fill === "touch") await Emulation.setTouchEmulationEnabled({ enabled: true, maxTouchPoints: 5 });
if (options.metrics) await Emulation.setDeviceMetricsOverride(options.metrics);
await Page.navigate({ url: task.url });
await Page.loadEventFired();
await sleep(SETTLE);
for (const [name, value] of fields) {
  await click(`input[name=${name}]`);
  await write(value);
  await sleep(between(150, 500));
}
await click(submit);
await sleep(AFTER);
browser.kill();
process.exit(0);
