import { expect, test } from "vitest";
import type { Scope } from "./realm.js";
import { story } from "./room.js";

test("tells what the realm can tell, and leaves out the rest", async () => {
  const navigator = { userAgent: "UA", platform: "Linux", languages: ["en"], hardwareConcurrency: 4 };
  const room = await story({ navigator, Intl } as unknown as Scope, true);
  expect(JSON.parse(JSON.stringify(room))).toEqual({
    ...{ user_agent: "UA", platform: "Linux", languages: ["en"], hardware: { concurrency: 4 }, webdriver: null },
    timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
});
