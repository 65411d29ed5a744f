import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, it } from "vitest";
import * as schema from "../../server/store/schema.ts";

const snapshots = join(import.meta.dirname, "../../migrations/meta");

it("the migrations say what the schema says: else run drizzle-kit generate", async () => {
  const latest =
    readdirSync(snapshots)
      .filter((name) => name.endsWith("_snapshot.json"))
      .sort()
      .at(-1) ?? "";
  const written = JSON.parse(readFileSync(join(snapshots, latest), "utf8"));
  expect(await generateMigration(written, generateDrizzleJson(schema, written.id))).toEqual([]);
});
