import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alwaysNeeded, missingPackages, neededForDocker } from "../../bin/set-up/packages/debian.mjs";
import { isInstalled } from "../../bin/set-up/packages/packages.mjs";
import { program, temporaryFolder } from "./temporary-folder.ts";

const hono = { version: "4.13.19", integrity: "sha512-a" };
const lock = (packages: object) => ({ packages: { "": { name: "baton" }, ...packages } });

describe("npm packages", () => {
  test("are there when each has the version and the content that the lock file names", () => {
    expect(isInstalled(lock({ "node_modules/hono": hono }), lock({ "node_modules/hono": hono }))).toBe(true);
  });

  test("are installed anew when one is missing, older or different", () => {
    const wanted = lock({ "node_modules/hono": hono });
    expect(isInstalled(wanted, lock({}))).toBe(false);
    expect(isInstalled(wanted, lock({ "node_modules/hono": { ...hono, version: "4.13.18" } }))).toBe(false);
    expect(isInstalled(wanted, lock({ "node_modules/hono": { ...hono, integrity: "sha512-b" } }))).toBe(false);
  });

  test("may lack those for another kind of machine", () => {
    expect(isInstalled(lock({ "node_modules/pg-darwin": { ...hono, optional: true } }), lock({}))).toBe(true);
  });
});

describe("Debian packages", () => {
  test("are missing when their command is not on the path", async () => {
    const folder = await temporaryFolder();
    const needs = [
      { package: "here", sign: "baton-test-here" },
      { package: "away", sign: "baton-test-away" },
    ];
    await program(folder, "baton-test-here", "");
    expect(await missingPackages(needs, { PATH: folder })).toEqual(["away"]);
  });

  test("are missing when their file is not there", async () => {
    const file = join(await temporaryFolder(), "bundle.crt");
    const needs = [{ package: "ca-certificates", sign: file }];
    expect(await missingPackages(needs)).toEqual(["ca-certificates"]);
    await writeFile(file, "");
    expect(await missingPackages(needs)).toEqual([]);
  });

  test("that Baton asks for are git, certificates and unshare, and for Docker its engine and iptables", () => {
    const names = (needs: readonly { package: string }[]) => needs.map((need) => need.package);
    expect(names(alwaysNeeded)).toEqual(["git", "ca-certificates", "util-linux"]);
    expect(names(neededForDocker)).toEqual(["docker.io", "iptables"]);
  });
});
