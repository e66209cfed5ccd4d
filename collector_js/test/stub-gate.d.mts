import type { Server } from "node:http";
import type { Quiz } from "../src/quiz.js";
import type { SignalSamples } from "../src/signals/index.js";

export interface GateVisit {
  session: string;
  action: string | undefined;
  after: string | undefined;
  bytes: number;
  payload: { v: 1; signals: SignalSamples; page: Record<string, unknown> };
}

interface Answer {
  status: number;
  body: object;
}

export interface Gate {
  url: string;
  script: string;
  conversion: "count" | "suppress" | undefined;
  answer: ((visit: GateVisit) => Answer | undefined | Promise<Answer | undefined>) | undefined;
  dead: boolean;
  quiz: Quiz | undefined;
  requests: { method: string; path: string; headers: Record<string, string>; text: string }[];
  sessions: Map<string, { spent: boolean; after?: string; action?: string }>;
  visits: GateVisit[];
  close(): void;
}

export function listen(server: Server): Promise<string>;
export function startGate(options?: {
  conversion?: "count" | "suppress";
  prefix?: string;
  ttl?: number;
}): Promise<Gate>;
