import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const text = readFileSync(join(root, "CHANGELOG.md"), "utf8");
const sections = text.split(/^## /m).slice(1);
const names = sections.map((section) => section.split("\n")[0]);
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { entries } = JSON.parse(readFileSync(join(root, "migrations/meta/_journal.json"), "utf8"));
const migrations = entries.map(({ tag }: { readonly tag: string }) => tag);

it("the changes name this version, and what comes after it only as unreleased", () => {
  expect(names.filter((name) => name !== "Unreleased")[0]).toBe(version);
  expect(names.slice(1)).not.toContain("Unreleased");
});

it("each released version names its newest migration", () => {
  const released = sections.filter((section) => !section.startsWith("Unreleased"));
  const newest = released.map((section) => /^Newest migration: `(\w+)`\.$/m.exec(section)?.[1]);
  expect(newest.filter((name) => !migrations.includes(name))).toEqual([]);
});

it.skipIf(!existsSync(join(root, ".git")))("every tag of a release has a section", () => {
  const tags = execFileSync("git", ["tag", "--list", "v[0-9]*"], { cwd: root, encoding: "utf8" });
  for (const tag of tags.split("\n").filter(Boolean)) expect(names).toContain(tag.slice(1));
});
