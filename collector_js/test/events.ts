// Events as a browser makes them, for the unit tests: jsdom's own are never trusted. Whatever listens on the window hears them.
import { vi } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: handlers of every kind of event
type Handler = (event: any) => void;

export interface Stage {
  /** Lets everything that listens on the window hear an event; `isTrusted` unless it says otherwise. */
  fire(kind: string, event?: object): void;
  /** A clock for the events' timestamps, in ms. */
  wait(ms: number): void;
}

/** Must be set before the listeners are. */
export function setStage(): Stage {
  const handlers: [string, Handler][] = [];
  let now = 1000;
  vi.stubGlobal("addEventListener", (kind: string, handler: Handler) => void handlers.push([kind, handler]));
  return {
    wait(ms) {
      now += ms;
    },
    fire(kind, event = {}) {
      const { clientX: x, clientY: y } = event as MouseEvent;
      const whole = { type: kind, isTrusted: true, timeStamp: now, target: document.body, x, y, ...event };
      for (const [listens, handler] of handlers) if (listens === kind) handler(whole);
    },
  };
}
