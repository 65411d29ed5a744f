import { defineConfig } from "vitest/config";

// unit: pure rules and small adapters, in parallel. real: adapters against a real Docker daemon, Caddy and Postgres, one
// file at a time, because some measure. e2e: whole Batons, two files at a time: they mostly wait, each for its own apps.
const shared = ["test/run/postgres.ts", "test/run/base-images.ts"];
// A busy machine that has to make base images first takes minutes.
const patience = { testTimeout: 600_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/e2e/**", "test/**/*.real.test.ts"],
          // The files of a worker share their modules: loading them anew for each file took longer than the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.real.test.ts"],
          globalSetup: shared,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: shared,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...patience,
        },
      },
    ],
  },
});
