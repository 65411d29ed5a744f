import { describe, expect, it } from "vitest";
import { readPackageJson } from "../../../../../builder/languages/node/package/package-json.ts";
import { choosePackageManager } from "../../../../../builder/languages/node/package/package-manager.ts";
import { tree } from "../../../tree.ts";

async function choose(files: Readonly<Record<string, string>>, packageManager?: string) {
  const source = tree({ "package.json": JSON.stringify({ packageManager }), ...files });
  const manifest = await readPackageJson(source);
  if (!manifest) throw new Error("there is no package.json");
  return choosePackageManager(source, manifest);
}

describe("the package manager", () => {
  it.each([
    [{ "package-lock.json": "" }, undefined, null, "npm ci, from package-lock.json"],
    [{ "npm-shrinkwrap.json": "" }, undefined, null, "npm ci, from npm-shrinkwrap.json"],
    [
      { "package-lock.json": "" },
      "npm@10.9.2",
      "npm@10.9.2",
      "npm ci, from package-lock.json, by npm 10.9.2 (packageManager)",
    ],
    [{ "pnpm-lock.yaml": "lockfileVersion: 5.4" }, undefined, "pnpm@7", "pnpm 7, from pnpm-lock.yaml"],
    [{ "pnpm-lock.yaml": "lockfileVersion: '6.0'" }, undefined, "pnpm@8", "pnpm 8, from pnpm-lock.yaml"],
    [{ "pnpm-lock.yaml": "lockfileVersion: '9.0'" }, undefined, "pnpm@9", "pnpm 9, from pnpm-lock.yaml"],
    [{ "pnpm-lock.yaml": "" }, "pnpm@10.4.1+sha512.x", "pnpm@10.4.1", "pnpm 10.4.1, from pnpm-lock.yaml"],
    [{ "pnpm-lock.yaml": "lockfileVersion: '9.0'" }, "pnpm@; rm -rf /", "pnpm@9", "pnpm 9, from pnpm-lock.yaml"],
    [{ "yarn.lock": "# yarn lockfile v1" }, undefined, "yarn@1", "Yarn 1, from yarn.lock"],
    [{ "yarn.lock": "__metadata:\n  version: 6\n" }, undefined, "@yarnpkg/cli-dist@3", "Yarn 3, from yarn.lock"],
    [{ "yarn.lock": "__metadata:\n  version: 8\n" }, undefined, "@yarnpkg/cli-dist@4", "Yarn 4, from yarn.lock"],
    [{ "yarn.lock": "", ".yarnrc.yml": "" }, "yarn@4.5.0", "@yarnpkg/cli-dist@4.5.0", "Yarn 4.5.0, from yarn.lock"],
  ])("for %j (%s)", async (files, declared, program, decision) => {
    expect(await choose(files, declared)).toMatchObject({ program, decision, warning: null });
  });

  it("is npm without a lockfile, and says that builds can differ", async () => {
    expect(await choose({})).toMatchObject({
      install: "npm install --no-audit --no-fund",
      warning: "there is no lockfile, so two builds of the same version can differ: commit one",
    });
  });

  it("is that of the lockfile when packageManager says another", async () => {
    expect(await choose({ "package-lock.json": "" }, "yarn@4.0.0")).toMatchObject({
      name: "npm",
      warning: "packageManager in package.json says yarn, but the lockfile is npm's",
    });
  });

  it("is decided by packageManager among several lockfiles", async () => {
    expect(await choose({ "package-lock.json": "", "yarn.lock": "", "bun.lockb": "" }, "npm@10.0.0")).toMatchObject({
      name: "npm",
      warning: "yarn.lock and bun.lockb are not used, because there is package-lock.json",
    });
  });

  it.each([
    [{ "bun.lock": "{}" }, undefined, "bun@1", "bun install --frozen-lockfile"],
    [{ "bun.lockb": "" }, "bun@1.2.3", "bun@1.2.3", "bun install --frozen-lockfile"],
    [{}, "bun@1.3.0", "bun@1.3.0", "bun install"],
  ])("can be Bun: %j (%s)", async (files, declared, program, install) => {
    expect(await choose(files, declared)).toMatchObject({ name: "bun", program, install });
  });

  it.each([
    [{ "package-lock.json": "" }, /^npm prune --omit=dev/],
    [{ "pnpm-lock.yaml": "", "pnpm-workspace.yaml": "" }, /^CI=true pnpm install --prod .*--offline --ignore-scripts/],
    [{ "yarn.lock": "# yarn lockfile v1" }, /^yarn install --frozen-lockfile --production --ignore-scripts/],
    [{ "yarn.lock": "__metadata:\n  version: 8\n" }, /^yarn workspaces focus --all --production$/],
    [{ "bun.lock": "{}" }, /bun install --production --frozen-lockfile$/],
  ])("leaves what runs in production, in every package of a workspace: %j", async (files, prune) => {
    expect((await choose(files)).prune).toMatch(prune);
  });

  it("cannot do that with a Yarn that has no command for it", async () => {
    expect(await choose({ "yarn.lock": "__metadata:\n  version: 6\n" })).toMatchObject({ prune: null });
  });
});
