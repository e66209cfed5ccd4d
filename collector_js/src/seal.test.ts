import { createHmac, randomBytes, webcrypto } from "node:crypto";
import { expect, test, vi } from "vitest";
import { seal } from "./seal.js";

vi.stubGlobal("crypto", webcrypto);

test.each(["{}", '{"name":"Zoë 🦊"}', "x".repeat(9000)])("is the HMAC that the gate makes", async (payload) => {
  for (let round = 0; round < 20; round++) {
    const key = randomBytes(32);
    const expected = createHmac("sha256", key).update(`session-1.${payload}`).digest("base64url");
    expect(await seal("session-1", key.toString("base64url"), payload)).toBe(expected);
  }
});
