import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/**
 * The files that declare each exported type. An alias that only re-exports a name (`export type { … } from`) declares
 * nothing.
 */
function declarations(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const top of ["server", "views", "builder"]) {
    for (const entry of readdirSync(join(root, top), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      for (const [, name = ""] of text.matchAll(/^export (?:interface|type|(?:abstract )?class) (\w+)/gm)) {
        found.set(name, [...(found.get(name) ?? []), relative(root, file)]);
      }
    }
  }
  return found;
}

it("no exported type name means two things", () => {
  const shared = [...declarations()].filter(([, files]) => files.length > 1);
  expect(shared.map(([name, files]) => `${name}: ${files.join(", ")}`)).toEqual([]);
});
