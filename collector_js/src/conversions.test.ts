import { beforeEach, expect, test, vi } from "vitest";

let queue: typeof import("./conversions.js");
const ran: string[] = [];
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(async () => {
  vi.resetModules();
  queue = await import("./conversions.js");
  ran.length = 0;
  queue.hold(() => ran.push("first"));
  queue.hold(() => ran.push("second"));
});

test("hold until there is a verdict", async () => {
  await settled();
  expect(ran).toEqual([]);
});

test("run in order when they count, and at once from then on", async () => {
  queue.settle("count");
  queue.hold(() => ran.push("third"));
  await settled();
  expect(ran).toEqual(["first", "second", "third"]);
});

test("are dropped for good when suppressed", async () => {
  queue.settle("suppress");
  queue.settle("count");
  await settled();
  expect(ran).toEqual([]);
});

test.each([
  [undefined, []],
  ["drop" as const, []],
  ["count" as const, ["first", "second"]],
])("with no verdict go by the site's policy: %s", async (unverified, expected) => {
  queue.settle(unverified);
  await settled();
  expect(ran).toEqual(expected);
});

test("wait again when another verdict is asked for", async () => {
  queue.settle("count");
  queue.wait();
  queue.hold(() => ran.push("late"));
  await settled();
  expect(ran).toEqual(["first", "second"]);
});

test("keep their original time", async () => {
  vi.useFakeTimers({ now: 1000, toFake: ["Date"] });
  const at: number[] = [];
  queue.hold((conversion) => at.push(conversion.at));
  vi.setSystemTime(5000);
  queue.settle("count");
  await Promise.resolve();
  vi.useRealTimers();
  expect(at).toEqual([1000]);
});
