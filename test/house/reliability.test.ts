import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const docs = resolve(import.meta.dirname, "../../docs");
const text = readFileSync(join(docs, "reliability.md"), "utf8");
const named = [...text.matchAll(/\]\((\.\.\/test\/[^)]+)\): "([^"]+)"/g)].map(([, file = "", name = ""]) => ({
  file,
  name,
}));
const rows = text.split("\n").filter((line) => /^\| .+ \| .+ \| .*(?:\.test\.ts|\.ts\)|none yet)/.test(line));

test("every test that the page about reliability names exists", () => {
  const missing = named.filter(({ file, name }) => !readFileSync(join(docs, file), "utf8").includes(name));
  expect(named.length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});

test("every fault on the page about reliability has a test", () => {
  expect(rows.length).toBe(83);
  const lacking = rows.filter((row) => !/: "[^"]+"/.test(row));
  expect(lacking).toEqual([]);
});
