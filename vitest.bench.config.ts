import { defineConfig } from "vitest/config";

// What is claimed is measured here, side by side in one run: npm run bench
export default defineConfig({
  test: {
    include: ["test/bench/**/*.bench.ts"],
    globalSetup: ["test/run/postgres.ts", "test/run/base-images.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
