import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/run/longest-first.ts";

// unit: pure rules and small adapters. real: adapters against a real Docker daemon, Caddy and Postgres. e2e: whole
// Batons, which mostly wait, each for its own apps. Of these and of the adapters' files three run at a time: two leave a
// third of two cores idle.
const shared = ["test/run/postgres.ts", "test/run/base-images.ts"];
// A slow machine that makes base images beside other tests takes minutes for them, and for looking at every page.
const patience = { testTimeout: 1_200_000, hookTimeout: 1_200_000 };
// Tests that disturb everybody who uses the same Docker. They run after the others, and only on a Docker that was started
// for the tests: bin/test-docker.mjs says so.
const alone = {
  test: {
    name: "alone",
    include: ["test/**/*.alone.test.ts"],
    globalSetup: shared,
    maxWorkers: 1,
    sequence: { groupOrder: 2 },
    ...patience,
  },
};

export default defineConfig({
  test: {
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/e2e/**", "test/**/*.{real,alone}.test.ts"],
          // The files of a worker share their modules: loading them anew for each file took longer than the tests.
          isolate: false,
          // A scenario takes a tenth of a second; on a machine that has much else to do, seconds.
          testTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.real.test.ts"],
          globalSetup: shared,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["test/**/*.alone.test.ts"],
          globalSetup: shared,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          ...patience,
        },
      },
      ...(process.env.BATON_TEST_OWN_DOCKER === "1" ? [alone] : []),
    ],
  },
});
