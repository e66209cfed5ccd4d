import { defineConfig } from "vitest/config";

// One file at a time: each starts browsers of its own, and CI has two cores.
export default defineConfig({
  test: { include: ["test/**/*.browser.test.ts"], fileParallelism: false, testTimeout: 30_000, hookTimeout: 60_000 },
});
