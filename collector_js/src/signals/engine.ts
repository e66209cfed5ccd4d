/** Traits of the JavaScript engine that a changed user agent leaves as they are. */

export interface Engine {
  eval_length: number;
  error_shape: "v8" | "gecko" | "other";
  product_sub: string;
  pdf_viewer?: boolean;
  chrome: boolean;
  features: string[];
}

/**
 * Paths from `window`: some are one engine's own, the others came with some version of each, by which the gate holds the claimed
 * version against them (scripts/features.mjs). None needs a secure context or can be switched off.
 */
const FEATURES = (
  "mozInnerScreenX GestureEvent " +
  "Array.fromAsync Object.groupBy Promise.withResolvers Promise.try Set.prototype.union " +
  "RegExp.escape Float16Array Error.isError Error.captureStackTrace Math.sumPrecise Temporal " +
  "navigator.connection navigator.gpu navigator.brave"
).split(" ");

export const has = (path: string): boolean =>
  path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], window) !==
  undefined;

/**
 * How the engine lays out a stack: https://v8.dev/docs/stack-trace-api, or `name@url:line:column`, which Gecko ends with a
 * line feed and JavaScriptCore does not.
 */
export function errorShape(stack: unknown): Engine["error_shape"] {
  const text = String(stack);
  if (/\n {4}at /.test(text)) return "v8";
  return /@.*:\d+:\d+\n$/.test(text) ? "gecko" : "other";
}

export function engine(): Engine {
  return {
    // The source text of a native function differs by engine, and only by engine: 33 in V8, 37 elsewhere.
    // biome-ignore lint/security/noGlobalEval: it is measured, never called
    eval_length: eval.toString().length,
    error_shape: errorShape(new Error().stack),
    product_sub: navigator.productSub,
    pdf_viewer: navigator.pdfViewerEnabled,
    chrome: typeof (window as { chrome?: unknown }).chrome === "object",
    features: FEATURES.filter(has),
  };
}
