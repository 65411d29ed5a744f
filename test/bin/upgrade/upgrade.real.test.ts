import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePorts } from "../../run/free-ports.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { otherUqr, type Release, releasedCheckout, runScript } from "./released-checkout.ts";

// With other packages, npm installs all of them, which takes minutes on a busy machine.
const patience = { timeout: 600_000, interval: 50 };

/** A checkout of the first release whose Baton serves. */
async function serving(...releases: readonly [Release, ...Release[]]) {
  const checkout = await releasedCheckout(releases);
  const data = await temporaryFolder();
  const [port = 0] = await freePorts(1);
  const env = { BATON_DATA: data, BATON_LISTEN: `127.0.0.1:${port}` };
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`).then(
      (answer) => answer.text(),
      () => null,
    );
  const version = () => ask("/healthz");
  const start = (script: string, ...args: string[]) => {
    const running = runScript(checkout.folder, script, env, ...args);
    onTestFinished(async () => {
      running.child.kill("SIGTERM");
      await running.exited;
    });
    return running;
  };
  const first = start("start");
  await expect.poll(version, patience).toBe(releases[0].version);
  const rows = async () => (await readFile(join(data, "postgres/rows"), "utf8")).trim().split("\n");
  const packageVersions = async () => {
    const manifest = await readFile(join(checkout.folder, "node_modules/uqr/package.json"), "utf8");
    return { loaded: await ask("/uqr"), installed: JSON.parse(manifest).version as string };
  };
  return { ...checkout, start, first, version, rows, data, packageVersions };
}

test("the newest release takes over from a running Baton, and serves in this terminal", async () => {
  const baton = await serving({ version: "0.1.0" }, { version: "0.2.0" }, { version: "0.10.0", migration: "second" });
  const upgrade = baton.start("upgrade");
  await expect.poll(baton.version, patience).toBe("0.10.0");
  await expect.poll(upgrade.text, patience).toContain("Baton is upgraded to 0.10.0");
  expect(await baton.first.exited).toBe(0);
  expect(await baton.git("describe", "--tags")).toBe("v0.10.0");
  expect(await baton.git("status", "--porcelain", "--untracked-files=no")).toBe("");
  expect(await baton.git("worktree", "list")).not.toContain(".upgrade");
  expect(await readFile(join(baton.data, "upgrade/postgres/rows"), "utf8")).toBe("0.1.0\n");
  expect(await baton.rows()).toEqual(["0.1.0", "0.10.0"]);
  upgrade.child.kill("SIGTERM");
  expect(await upgrade.exited).toBe(0);
});

test("a terminal that is lost half-way does not end an upgrade", async () => {
  const baton = await serving({ version: "0.1.0" }, { version: "0.2.0", migration: "second" });
  const upgrade = baton.start("upgrade");
  await expect.poll(baton.version, { ...patience, interval: 5 }).toBe(null);
  for (const signal of ["SIGHUP", "SIGTERM"] as const) upgrade.child.kill(signal);
  await expect.poll(upgrade.text, patience).toContain("Baton is upgraded to 0.2.0");
  expect(await baton.version()).toBe("0.2.0");
  upgrade.child.kill("SIGTERM");
  expect(await upgrade.exited).toBe(0);
});

test("one that does not become healthy is replaced by the old version, with the database from before", async () => {
  const baton = await serving({ version: "0.1.0" }, { version: "0.2.0", health: 503, migration: "second" });
  const upgrade = baton.start("upgrade", "v0.2.0");
  await expect
    .poll(upgrade.text, { ...patience, interval: 200 })
    .toContain("Baton 0.2.0 is not used: /healthz answers 503: 0.2.0, 60 s after its start.");
  expect(await baton.version()).toBe("0.1.0");
  expect(await baton.rows()).toEqual(["0.1.0", "0.1.0"]);
  expect(await baton.git("symbolic-ref", "--short", "HEAD")).toBe("main");
  upgrade.child.kill("SIGTERM");
  expect(await upgrade.exited).toBe(1);
});

test("one with other packages has them, and the old version has its own again when that one is not healthy", async () => {
  const other = { otherPackages: true } as const;
  const baton = await serving(
    { version: "0.1.0" },
    { version: "0.2.0", ...other, migration: "second" },
    { version: "0.3.0", health: 503 },
  );
  const before = await baton.packageVersions();
  expect(before.loaded).not.toBe(otherUqr.version);
  const upgrade = baton.start("upgrade", "v0.2.0");
  await expect.poll(upgrade.text, patience).toContain("Baton is upgraded to 0.2.0");
  expect(await baton.version()).toBe("0.2.0");
  expect(await baton.packageVersions()).toEqual({ loaded: otherUqr.version, installed: otherUqr.version });

  // The next release has the first one's packages, and is not used.
  const next = baton.start("upgrade");
  await expect.poll(next.text, { ...patience, interval: 200 }).toContain("Baton 0.3.0 is not used");
  await expect.poll(baton.version, patience).toBe("0.2.0");
  expect(await baton.packageVersions()).toEqual({ loaded: otherUqr.version, installed: otherUqr.version });
});

test("one that does not compile never stops the old version", async () => {
  const baton = await serving({ version: "0.1.0" }, { version: "0.2.0", broken: "const none: number = 'text';" });
  const upgrade = baton.start("upgrade");
  expect(await upgrade.exited).toBe(1);
  expect(upgrade.text()).toContain("The sources do not compile");
  expect(await baton.version()).toBe("0.1.0");
  expect(await baton.rows()).toEqual(["0.1.0"]);
});

test("one that ends at once is noticed at once, and what was written without a migration stays", async () => {
  const baton = await serving({ version: "0.1.0" }, { version: "0.2.0", broken: "process.exit(3);" });
  const upgrade = baton.start("upgrade");
  await expect.poll(upgrade.text, patience).toContain("Baton 0.2.0 is not used: it ended with 3.");
  expect(await baton.version()).toBe("0.1.0");
  expect(await baton.rows()).toEqual(["0.1.0", "0.2.0", "0.1.0"]);
});

test("a checkout with changes of somebody's own is left alone, and so is one that is up to date", async () => {
  const { folder, git } = await releasedCheckout([{ version: "0.1.0" }]);
  const env = { BATON_DATA: await temporaryFolder(), BATON_LISTEN: "127.0.0.1:1" };
  const upToDate = runScript(folder, "upgrade", env);
  expect(await upToDate.exited).toBe(0);
  expect(upToDate.text()).toContain("Baton 0.1.0 is the newest release.");
  await writeFile(join(folder, "server/main.ts"), "mine");
  const refused = runScript(folder, "upgrade", env);
  expect(await refused.exited).toBe(1);
  expect(refused.text()).toContain("This checkout has changes of your own. Commit or remove them first:");
  expect(await git("status", "--porcelain")).toContain("server/main.ts");
});
