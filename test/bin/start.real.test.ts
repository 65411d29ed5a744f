import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { smallCheckout } from "./small-checkout.ts";

/**
 * A second start must serve within 5 s, and this is the server's part of it. It takes about 0.5 s on an idle machine.
 */
const SECOND_START_LIMIT_MS = 3_500;

async function setUp(checkout: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["bin/start.mjs", "--set-up-only"], {
    cwd: checkout,
    env: { ...process.env, BATON_DATA: "data", ...env },
  });
  return stdout;
}

test("a wrong setting stops the start with its sentence before Caddy and Docker are looked at", async () => {
  const checkout = await smallCheckout();
  const refused = async () => {
    const error = await setUp(checkout, { BATON_WATCH: "long" }).catch((cause: unknown) => cause);
    return error as { readonly code: number; readonly stdout: string; readonly stderr: string };
  };
  const first = await refused();
  expect(first).toMatchObject({ code: 1, stderr: "\nBATON_WATCH must be a duration\n" });
  expect(first.stdout).toMatch(/✓ Code \(compiled/);
  expect(first.stdout).not.toMatch(/Caddy|Docker/);
  // The code is compiled now, so nothing is printed before the refusal.
  expect((await refused()).stdout).not.toMatch(/packages|Code/);
});

test("a second start finds all that it needs, and is quick about it", async () => {
  const checkout = await smallCheckout();
  expect(await setUp(checkout)).toMatch(/✓ Code \(compiled/);
  const begunAt = performance.now();
  const said = await setUp(checkout);
  expect(performance.now() - begunAt).toBeLessThan(SECOND_START_LIMIT_MS);
  expect(said).toMatch(/✓ Docker \d+\.\d+\S*\n/);
  expect(said).toMatch(/✓ Caddy 2\.\d+\.\d+\n/);
  expect(said).toMatch(/✓ Code\n/);
  // Another test may be setting up at this moment.
  expect(said.replace("… another set-up is running on this machine; waiting", "")).not.toContain("…");
});

test("npm start becomes the server, which knows its paths and receives the signals", async () => {
  const checkout = await smallCheckout();
  const child = spawn("npm", ["start"], {
    cwd: checkout,
    env: { ...process.env, BATON_DATA: "data" },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("npm did not start");
  // A server that missed npm's signal would outlive npm.
  onTestFinished(() => killGroup(pid));
  let said = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    said += chunk;
    if (said.includes("serving")) break;
  }
  expect(said).toMatch(new RegExp(`serving 42 ${join(checkout, "data")} /\\S*caddy`));
  const exit = once(child, "exit");
  child.kill("SIGINT");
  expect(await exit).toEqual([42, null]);
});

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // The whole process group has ended.
  }
}
