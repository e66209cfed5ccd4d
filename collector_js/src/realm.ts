/** A realm: one global scope (the page, a frame, a worker) that can be asked for its story. */
export type Scope = Window & typeof globalThis;

/** The built-ins of a realm that no script of the page has touched. They outlive the realm's frame. */
export type Pristine = Pick<typeof globalThis, "Function" | "Reflect">;

/** A canvas that is on no page. Workers have only the offscreen one; the ordinary one is older and everywhere else. */
export const hiddenCanvas = (scope: Scope): HTMLCanvasElement | OffscreenCanvas =>
  scope.document ? scope.document.createElement("canvas") : new scope.OffscreenCanvas(1, 1);

/**
 * A frame that takes no room. Styled through the CSSOM, which a page's Content-Security-Policy leaves alone, and with weight,
 * since pages style `iframe`; hung on the root, where no framework keeps count of the children.
 */
export function hiddenFrame({ document }: Scope, src?: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.style.cssText = "display:none!important";
  if (src) frame.src = src;
  document.documentElement.appendChild(frame);
  return frame;
}
