import type { Scope } from "../realm.js";

export interface Hardware {
  concurrency?: number;
  memory?: number;
  touch_points?: number;
}

/** Firefox and Safari do not tell the memory, workers do not tell the touch points: what is undefined is not sent. */
export function hardware(scope: Scope): Hardware {
  const navigator = scope.navigator as Navigator & { deviceMemory?: number };
  return {
    concurrency: navigator.hardwareConcurrency,
    memory: navigator.deviceMemory,
    touch_points: navigator.maxTouchPoints,
  } as Hardware;
}
