import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Locked {
  readonly dev?: boolean;
  readonly integrity?: string;
}

const root = join(import.meta.dirname, "../..");
const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
const numbersOf = (version: string) => version.split(".").map(Number);

/** Versions below these have published vulnerabilities. */
const atLeast: Readonly<Record<string, string>> = {
  hono: "4.13.12",
  "@hono/node-server": "2.1.3",
  "drizzle-orm": "0.45.2",
};

it("packages with known holes are newer than these", () => {
  const { packages } = read("package-lock.json");
  for (const [name, least] of Object.entries(atLeast)) {
    const { version } = packages[`node_modules/${name}`];
    const [found, wanted] = [numbersOf(version), numbersOf(least)];
    const differing = found.findIndex((number, place) => number !== wanted[place]);
    expect(differing === -1 || (found[differing] ?? 0) > (wanted[differing] ?? 0), `${name} ${version}`).toBe(true);
  }
});

it("every package is named by one version, and the lock file knows the content of all that serves", () => {
  const { dependencies, devDependencies } = read("package.json");
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  const { packages } = read("package-lock.json");
  for (const [path, { dev, integrity }] of Object.entries(packages as Readonly<Record<string, Locked>>)) {
    if (path !== "" && !dev) expect(integrity, path).toMatch(/^sha512-/);
  }
});
