import { hiddenCanvas, type Scope } from "../realm.js";

export interface WebGL {
  vendor: string;
  renderer: string;
  masked_vendor: string;
  masked_renderer: string;
}

const VENDOR = 0x1f00;
const RENDERER = 0x1f01;
const UNMASKED_VENDOR = 0x9245;
const UNMASKED_RENDERER = 0x9246;

/**
 * What the graphics driver calls itself. Firefox says it in RENDERER, and warns on the console when the extension is asked for:
 * only an engine that masks RENDERER is asked for more.
 */
export function webgl(scope: Scope): WebGL {
  const gl = hiddenCanvas(scope).getContext("webgl") as WebGLRenderingContext | null;
  if (!gl) throw "unsupported";
  const masked_vendor = gl.getParameter(VENDOR);
  const masked_renderer = gl.getParameter(RENDERER);
  const unmasked = /^WebKit/.test(masked_renderer) && gl.getExtension("WEBGL_debug_renderer_info");
  const told = {
    vendor: unmasked ? gl.getParameter(UNMASKED_VENDOR) : masked_vendor,
    renderer: unmasked ? gl.getParameter(UNMASKED_RENDERER) : masked_renderer,
    masked_vendor,
    masked_renderer,
  };
  // A page may hold sixteen contexts; the oldest is taken away from its owner when one more is made. And in this very task: where
  // graphics are software, Chromium says so on the console of a page that still has its context in the next one.
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return told;
}
