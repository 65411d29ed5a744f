import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { getTableColumns, getTableName } from "drizzle-orm";
import { expect, it } from "vitest";
import { sealedColumns } from "../../server/store/keys/sealed-values.ts";
import { allTables } from "../../server/store/schema/all-tables.ts";

const snapshots = join(import.meta.dirname, "../../migrations/meta");

it("the migrations say what the schema says: else run drizzle-kit generate", async () => {
  const latest =
    readdirSync(snapshots)
      .filter((name) => name.endsWith("_snapshot.json"))
      .sort()
      .at(-1) ?? "";
  const written = JSON.parse(readFileSync(join(snapshots, latest), "utf8"));
  expect(
    await generateMigration(
      written,
      generateDrizzleJson(Object.fromEntries(allTables.map((table) => [getTableName(table), table])), written.id),
    ),
  ).toEqual([]);
});

it("a lost key is noticed whatever it sealed: every column of bytes is sealed, or a hash", () => {
  const ofBytes = allTables
    .flatMap((table) => Object.values(getTableColumns(table)))
    .filter((column) => column.getSQLType() === "bytea" && !column.name.endsWith("sha256"));
  const sealed: readonly unknown[] = Object.values(sealedColumns).map(({ column }) => column);
  expect(ofBytes.filter((column) => !sealed.includes(column)).map((column) => column.name)).toEqual([]);
  expect(ofBytes).toHaveLength(sealed.length - 1);
});
