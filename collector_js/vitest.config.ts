import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __VERSION__: JSON.stringify("1.0.0"), __ROOM__: JSON.stringify("()=>{}") },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "https://shop.test/" } },
  },
});
