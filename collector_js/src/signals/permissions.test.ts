import { afterEach, expect, test, vi } from "vitest";
import { permissions } from "./permissions.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("asks in two ways", async () => {
  vi.stubGlobal("navigator", { permissions: { query: async () => ({ state: "prompt" }) } });
  vi.stubGlobal("Notification", { permission: "default" });
  expect(await permissions()).toEqual({ notification: "default", query: "prompt" });
});

test("an iPhone's page has no Notification, and that is left out", async () => {
  vi.stubGlobal("navigator", { permissions: { query: async () => ({ state: "denied" }) } });
  vi.stubGlobal("Notification", undefined);
  expect(JSON.parse(JSON.stringify(await permissions()))).toEqual({ query: "denied" });
});

test("is unsupported where nothing can be asked", async () => {
  vi.stubGlobal("navigator", {});
  await expect(permissions()).rejects.toThrow("unsupported");
});
