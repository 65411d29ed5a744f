import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { root } from "../../bin/set-up/places.mjs";
import { findCommand } from "../../bin/set-up/run.mjs";
import { program, saysVersion, temporaryFolder } from "./temporary-folder.ts";

/** Starts Baton on a made-up machine: the account is not root, and the path has only these programs. */
async function startWith(path: string, env: Record<string, string>) {
  // In a user namespace without a mapping the files are the same, but the account is nobody's.
  const unshare = process.getuid?.() === 0 ? [await findCommand("unshare"), "--user"] : [];
  const [command = "", ...args] = [...unshare, process.execPath, join(root, "bin/start.mjs"), "--set-up-only"];
  const child = spawn(command, args, { env: { PATH: path, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit"), text(child.stdout)]);
  return { code, stderr };
}

async function machine() {
  const path = await temporaryFolder();
  const env = { BATON_DATA: join(path, "data"), DOCKER_HOST: `unix://${path}/docker.sock` };
  return { path, env };
}

describe("npm start where it may not install anything", { timeout: 60_000 }, () => {
  test("gives one list of commands, exits with 1 and leaves nothing behind", async () => {
    const { path, env } = await machine();
    await program(path, "apt-get", 'require("node:fs").writeFileSync(__filename + ".ran", "");');
    const { code, stderr } = await startWith(path, env);
    expect(code).toBe(1);
    expect(stderr).toContain("Baton cannot set itself up here.");
    expect(stderr).toMatch(/Install, as root:\n {4}apt-get update\n {4}apt-get install --no-install-recommends git/);
    expect(stderr).toContain(`No Docker daemon is responding at ${env.DOCKER_HOST} (DOCKER_HOST).`);
    expect(stderr).not.toContain("    at ");
    expect(existsSync(join(path, "apt-get.ran"))).toBe(false);
    expect(existsSync(env.BATON_DATA)).toBe(false);
  });

  test("names what is missing on a system without apt-get, and asks for a Caddy", async () => {
    const { path, env } = await machine();
    const { code, stderr } = await startWith(path, env);
    expect(code).toBe(1);
    expect(stderr).toContain("(the names are Debian's): git");
    expect(stderr).toContain("Set BATON_CADDY_BIN");
  });

  test("says that the Caddy it was given is too old", async () => {
    const { path, env } = await machine();
    const bin = await program(path, "caddy-2.6", saysVersion("2.6.2"));
    const { code, stderr } = await startWith(path, { ...env, BATON_CADDY_BIN: bin });
    expect(code).toBe(1);
    expect(stderr).toContain("Caddy 2.6.2; Baton needs 2.11.2 or newer.");
  });
});
