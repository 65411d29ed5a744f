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

/** What no test shows yet. */
const untested = ["Docker is restarted or killed with live-restore"];

test("every fault on the page about reliability has a test, but for those that are known to lack one", () => {
  expect(rows.length).toBe(81);
  const lacking = rows.filter((row) => !/: "[^"]+"/.test(row));
  expect(lacking.map((row) => row.split(" | ")[0]?.slice(2))).toEqual(untested);
});
