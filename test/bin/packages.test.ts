import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  alwaysNeeded,
  archiveKey,
  hasCandidate,
  isUnknown,
  missingPackages,
  neededForDocker,
} from "../../bin/set-up/packages/debian.mjs";
import { isInstalled } from "../../bin/set-up/packages/packages.mjs";
import { program, temporaryFolder } from "./temporary-folder.ts";

const hono = { version: "4.13.19", integrity: "sha512-a" };
const lock = (packages: object) => ({ packages: { "": { name: "baton" }, ...packages } });

describe("npm packages", () => {
  test("are there when each has the version and the content that the lock file names", () => {
    expect(isInstalled(lock({ "node_modules/hono": hono }), lock({ "node_modules/hono": hono }))).toBe(true);
  });

  test("are reinstalled when one is missing, older or different", () => {
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

  test("are there when one of several files is", async () => {
    const folder = await temporaryFolder();
    const needs = [{ package: "keyring", sign: [join(folder, "key.gpg"), join(folder, "key.pgp")] }];
    expect(await missingPackages(needs)).toEqual(["keyring"]);
    await writeFile(join(folder, "key.pgp"), "");
    expect(await missingPackages(needs)).toEqual([]);
  });

  test("bring the command docker along where the distribution has split it off", () => {
    const trixie = `docker-cli:
  Installed: (none)
  Candidate: 26.1.5+dfsg1-9+deb13u1+b1
  Version table:
     26.1.5+dfsg1-9+deb13u1+b1 500
        500 http://deb.debian.org/debian trixie/main amd64 Packages
`;
    expect(hasCandidate(trixie)).toBe(true);
    expect(hasCandidate("docker-cli:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n")).toBe(false);
    // Debian 12 and Ubuntu know no such package.
    expect(hasCandidate("")).toBe(false);
  });

  test("that apt does not know are told from those that it cannot install", () => {
    expect(isUnknown("E: Unable to locate package docker.io")).toBe(true);
    expect(isUnknown("E: Package 'docker.io' has no installation candidate")).toBe(true);
    expect(isUnknown("E: Failed to fetch http://archive.ubuntu.com/ubuntu/pool/…  Connection refused")).toBe(false);
  });

  test("that Baton asks for are git, certificates and unshare, and for Docker its engine and iptables", () => {
    const names = (needs: readonly { package: string }[]) => needs.map((need) => need.package);
    expect(names(alwaysNeeded)).toEqual(["git", "ca-certificates", "util-linux"]);
    expect(names(neededForDocker)).toEqual(["docker.io", "iptables"]);
    expect(archiveKey.sign[0]).toBe("/usr/share/keyrings/debian-archive-keyring.gpg");
  });
});
