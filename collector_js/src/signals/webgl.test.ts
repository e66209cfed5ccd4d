import { expect, test, vi } from "vitest";
import type { Scope } from "../realm.js";
import { webgl } from "./webgl.js";

const NAMES: Record<number, string> = { 37445: "Google Inc. (Intel)", 37446: "ANGLE (Intel)" };

function worker(masked: Record<number, string>) {
  const lost = vi.fn();
  const asked: string[] = [];
  const getExtension = (name: string) => {
    asked.push(name);
    return { loseContext: lost };
  };
  const gl = { getExtension, getParameter: (name: number) => masked[name] ?? NAMES[name] };
  class OffscreenCanvas {
    getContext = () => gl;
  }
  return { scope: { OffscreenCanvas } as unknown as Scope, lost, asked };
}

test("unmasks where the engine masks, and gives the context back", () => {
  const { scope, lost } = worker({ 7936: "WebKit", 7937: "WebKit WebGL" });
  expect(webgl(scope)).toEqual({
    ...{ vendor: "Google Inc. (Intel)", renderer: "ANGLE (Intel)" },
    ...{ masked_vendor: "WebKit", masked_renderer: "WebKit WebGL" },
  });
  expect(lost).toHaveBeenCalledOnce();
});

test("does not ask Firefox for an extension that it warns of", () => {
  const { scope, asked } = worker({ 7936: "Mesa", 7937: "llvmpipe" });
  expect(webgl(scope)).toMatchObject({ vendor: "Mesa", renderer: "llvmpipe" });
  expect(asked).not.toContain("WEBGL_debug_renderer_info");
});

test("is unsupported where there is no context", () => {
  class OffscreenCanvas {
    getContext = () => null;
  }
  expect(() => webgl({ OffscreenCanvas } as unknown as Scope)).toThrow("unsupported");
});
