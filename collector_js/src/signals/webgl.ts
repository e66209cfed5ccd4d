import { hiddenCanvas, type Scope } from "../realm.js";

export interface WebGL {
  vendor: string;
  renderer: string;
  masked_vendor: string;
  masked_renderer: string;
}

const VENDOR = 0x1f00;
const RENDERER = 0x1f01;
/** How far from these WEBGL_debug_renderer_info has their unmasked kin, 0x9245 and 0x9246. */
const UNMASKED = 0x9245 - VENDOR;

/** The page's context, until the frame has asked it as well. */
let shared: WebGLRenderingContext | undefined;

/**
 * What the graphics driver calls itself. Firefox says it in RENDERER, and warns on the console when the extension is asked for:
 * only an engine that masks RENDERER is asked for more. To make a context costs more than all else here: the empty frame asks the
 * page's, in the frame's own words.
 */
export function webgl(scope: Scope): WebGL {
  const gl = shared || (hiddenCanvas(scope).getContext("webgl") as WebGLRenderingContext | null);
  if (!gl) throw "unsupported";
  const ask = (name: number) => scope.WebGLRenderingContext.prototype.getParameter.call(gl, name);
  const masked_renderer = ask(RENDERER);
  const by = /^WebKit/.test(masked_renderer) && gl.getExtension("WEBGL_debug_renderer_info") ? UNMASKED : 0;
  const told = { vendor: ask(VENDOR + by), renderer: ask(RENDERER + by), masked_vendor: ask(VENDOR), masked_renderer };
  // A page may hold sixteen contexts; the oldest is taken away from its owner when one more is made.
  shared = shared ? (gl.getExtension("WEBGL_lose_context")?.loseContext() as undefined) : gl;
  return told;
}
