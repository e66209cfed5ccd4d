import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Collected, collect } from "./signal.js";
import { macrotask } from "./time.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function sampleOf(signal: () => unknown) {
  const samples: Collected = {};
  await collect({ signal }, undefined, samples);
  return samples.signal;
}

test.each([
  ["a value", () => 7, 7],
  ["a promise's value", async () => "x", "x"],
  ["0", () => 0, 0],
  ["an empty text", () => "", ""],
  ["null", () => null, null],
])("%s is an answer", async (_name, signal, v) => {
  expect(await sampleOf(signal)).toEqual({ v, ms: expect.any(Number) });
});

test.each<[string, () => unknown, string]>([
  ["nothing", () => undefined, "none"],
  ["a promise of nothing", async () => undefined, "none"],
  ["a known reason", () => Promise.reject("unsupported"), "unsupported"],
  [
    "a thrown error",
    () => {
      throw new TypeError("no");
    },
    "error: TypeError",
  ],
  ["a rejection", () => Promise.reject(new DOMException("no", "SecurityError")), "error: SecurityError"],
])("%s is missing with its reason", async (_name, signal, e) => {
  expect(await sampleOf(signal)).toEqual({ e });
});

test("what hangs is a timeout, and holds up none of the others", async () => {
  const samples: Collected = {};
  const done = collect({ hangs: () => new Promise(() => {}), answers: () => 1 }, undefined, samples);
  for (let turn = 0; turn < 3; turn++) await macrotask();
  await vi.advanceTimersByTimeAsync(2900);
  expect(samples).toEqual({ hangs: { e: "timeout" }, answers: { v: 1, ms: expect.any(Number) } });
  await vi.advanceTimersByTimeAsync(200);
  await done;
});

test("each signal has a task of its own", async () => {
  const tasks: (() => void)[] = [];
  class Channel {
    port1 = { onmessage: () => {}, close: () => {} };
    port2 = { postMessage: () => tasks.push(() => this.port1.onmessage()) };
  }
  vi.stubGlobal("MessageChannel", Channel);
  const asked: string[] = [];
  const ask = (name: string) => () => asked.push(name);
  collect({ one: ask("one"), two: ask("two"), three: ask("three") }, undefined, {});
  vi.unstubAllGlobals();
  expect(asked).toEqual([]);
  for (const seen of [1, 2, 3]) {
    tasks.shift()?.();
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual(["one", "two", "three"].slice(0, seen));
  }
});
