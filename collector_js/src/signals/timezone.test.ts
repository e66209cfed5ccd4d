import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { timezone } from "./timezone.js";

test("asks the scope's own Intl", () => {
  const DateTimeFormat = function DateTimeFormat() {
    return { resolvedOptions: () => ({ timeZone: "Asia/Calcutta" }) };
  };
  expect(timezone({ Intl: { DateTimeFormat } } as unknown as Scope)).toBe("Asia/Calcutta");
});

test("is named by Temporal where there is one, which makes no format of dates for it", () => {
  const Temporal = { Now: { timeZoneId: () => "Europe/Kiev" } };
  expect(timezone({ Temporal } as unknown as Scope)).toBe("Europe/Kiev");
});
