import { defineConfig } from "vitest/config";

// unit: pure rules and small adapters, in parallel. real: against a real Docker daemon, Caddy and Postgres, one file
// at a time, because they share one machine and measure what users feel.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/e2e/**", "test/**/*.real.test.ts"],
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.real.test.ts", "test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/kept-base-images.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
