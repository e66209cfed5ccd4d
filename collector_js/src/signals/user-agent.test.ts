import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { userAgent } from "./user-agent.js";

test("says what the scope's own navigator says", () => {
  expect(userAgent({ navigator: { userAgent: "Mozilla/5.0 (X11)" } } as Scope)).toBe("Mozilla/5.0 (X11)");
});
