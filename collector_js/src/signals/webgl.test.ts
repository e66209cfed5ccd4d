import { beforeEach, expect, test, vi } from "vitest";
import type { Scope } from "../realm.js";

const NAMES: Record<number, string> = { 37445: "Google Inc. (Intel)", 37446: "ANGLE (Intel)" };

let webgl: typeof import("./webgl.js").webgl;

beforeEach(async () => {
  vi.resetModules();
  ({ webgl } = await import("./webgl.js"));
});

function room(masked: Record<number, string>) {
  const lost = vi.fn();
  const asked: string[] = [];
  const getContext = vi.fn(() => ({
    getExtension(name: string) {
      asked.push(name);
      return { loseContext: lost };
    },
  }));
  class OffscreenCanvas {
    getContext = getContext;
  }
  class WebGLRenderingContext {
    getParameter(name: number) {
      return masked[name] ?? NAMES[name];
    }
  }
  return { scope: { OffscreenCanvas, WebGLRenderingContext } as unknown as Scope, lost, asked, getContext };
}

test("unmasks where the engine masks", () => {
  const { scope } = room({ 7936: "WebKit", 7937: "WebKit WebGL" });
  expect(webgl(scope)).toEqual({
    ...{ vendor: "Google Inc. (Intel)", renderer: "ANGLE (Intel)" },
    ...{ masked_vendor: "WebKit", masked_renderer: "WebKit WebGL" },
  });
});

test("asks one context in the words of each room, and gives it back", () => {
  const page = room({ 7936: "Apple", 7937: "Apple M1" });
  const frame = room({ 7936: "Mesa", 7937: "llvmpipe" });
  expect(webgl(page.scope).renderer).toBe("Apple M1");
  expect(page.lost).not.toHaveBeenCalled();
  expect(webgl(frame.scope).renderer).toBe("llvmpipe");
  expect(page.lost).toHaveBeenCalledOnce();
  expect(frame.getContext).not.toHaveBeenCalled();
});

test("does not ask Firefox for an extension that it warns of", () => {
  const { scope, asked } = room({ 7936: "Mesa", 7937: "llvmpipe" });
  expect(webgl(scope)).toMatchObject({ vendor: "Mesa", renderer: "llvmpipe" });
  expect(asked).not.toContain("WEBGL_debug_renderer_info");
});

test("is unsupported where there is no context", () => {
  class OffscreenCanvas {
    getContext = () => null;
  }
  expect(() => webgl({ OffscreenCanvas } as unknown as Scope)).toThrow("unsupported");
});
