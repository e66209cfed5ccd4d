import { expect, test } from "vitest";
import type { Scope } from "../realm.js";
import { clientHints } from "./client-hints.js";

const brands = [{ brand: "Chromium", version: "156" }];
const scope = (getHighEntropyValues: () => Promise<object>) =>
  ({
    navigator: { userAgentData: { brands, mobile: false, platform: "Linux", getHighEntropyValues } },
  }) as unknown as Scope;

test("tells short and long hints under the names of the wire", async () => {
  const long = { architecture: "x86", bitness: "64", platformVersion: "6.1", fullVersionList: brands, model: "" };
  expect(await clientHints(scope(async () => long))).toEqual({
    ...{ brands, mobile: false, platform: "Linux", architecture: "x86", bitness: "64" },
    ...{ platform_version: "6.1", full_versions: brands, model: "" },
  });
});

test.each([
  ["rejects", async () => Promise.reject(new Error("NotAllowedError"))],
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
])("keeps the short hints where the request for long ones %s", async (_how, request) => {
  const told = await clientHints(scope(request));
  expect(JSON.parse(JSON.stringify(told))).toEqual({ brands, mobile: false, platform: "Linux" });
});

test("is unsupported outside Chromium", async () => {
  await expect(clientHints({ navigator: {} } as Scope)).rejects.toThrow("unsupported");
});
