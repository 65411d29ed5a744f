import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { type DeploymentState, moves } from "../../server/model/deployment/moves.ts";

const root = resolve(import.meta.dirname, "../..");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

it.each(pages)("every link in %s leads to a file or folder of the repository", (page) => {
  const text = readFileSync(join(root, page), "utf8").replace(/```.*?```|^ {4}.*$/gms, "");
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*/, ""))
    .filter((target) => target !== "" && !/^(https?:|\/)/.test(target))
    .filter((target) => !existsSync(join(root, dirname(page), target)));
  expect(broken).toEqual([]);
});

it.each(pages)("every path that %s names exists", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const missing = [...text.matchAll(/`((?:server|views|builder|bin|test|docs|migrations)\/[^`\s]*)`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !/[<*{]/.test(path) && !existsSync(join(root, path)));
  expect(missing).toEqual([]);
});

it("the table of moves in docs/architecture.md is the one that the code applies", () => {
  const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const written = [...text.matchAll(/^\| `([a-z-]+)` \|[^|]*\| ([^|]*→[^|]*) \|$/gm)].map(
    ([, move = "", steps = ""]) => [
      move,
      Object.fromEntries(steps.split(", ").map((step) => step.split(" → ") as [DeploymentState, DeploymentState])),
    ],
  );
  expect(Object.fromEntries(written)).toEqual(moves);
});

it("every decision has a number of its own, and one page", () => {
  const names = readdirSync(join(root, "docs/decisions")).sort();
  expect(names.map((name) => name.slice(0, 4))).toEqual(names.map((_, index) => String(index + 1).padStart(4, "0")));
  for (const name of names) {
    const [title = ""] = readFileSync(join(root, "docs/decisions", name), "utf8").split("\n");
    expect(title, relative(root, name)).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. .`));
  }
});
