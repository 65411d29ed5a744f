import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../server/store/embedded/embedded-postgres.ts";

const started: EmbeddedPostgres[] = [];
let root: string;

beforeAll(async () => {
  // mkdtemp makes the folder 0700, so only its owner may enter, and Postgres does not run as root.
  root = await mkdtemp(join(tmpdir(), "baton-postgres-"));
});

afterEach(async () => {
  for (const embedded of started.splice(0)) await embedded.stop();
});

afterAll(() => rm(root, { recursive: true }));

async function start(name: string): Promise<EmbeddedPostgres> {
  const embedded = await startEmbeddedPostgres({ folder: join(root, name) });
  started.push(embedded);
  return embedded;
}

async function ask(url: string, statement: string): Promise<postgres.Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

async function postmasterOf(name: string): Promise<number> {
  const text = await readFile(join(root, name, "cluster", "data", "postmaster.pid"), "utf8");
  return Number(text.split("\n")[0]);
}

/** This process may not be the parent, so there is no event to wait for. */
async function untilDead(pid: number): Promise<void> {
  const isThere = () =>
    stat(`/proc/${pid}/cwd`).then(
      () => true,
      () => false,
    );
  await expect.poll(isThere, { interval: 10, timeout: 10_000 }).toBe(false);
}

describe("a database that is used again and again", () => {
  it("is made in a folder that only root can enter, within seconds", async () => {
    const before = performance.now();
    const { url, adopted } = await start("kept");
    expect(adopted).toBe(false);
    await ask(url, "create table kept as select 'first' as start");
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it("lets in a role that is no superuser, and nobody else", async () => {
    const { url } = await start("kept");
    expect(
      await ask(url, "select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"),
    ).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false }]);
    await expect(ask(url.replace("//baton:", "//postgres:"), "select 1")).rejects.toThrow(/pg_hba.conf/);
    await expect(ask(url.replace(/:[0-9a-f]{48}@/, ":wrong@"), "select 1")).rejects.toThrow(/password/);
    await expect(ask(url.replace(/baton$/, "postgres"), "select 1")).rejects.toThrow(/pg_hba.conf/);
  });

  it("keeps its password to its owner, and what is committed on disk", async () => {
    const { url } = await start("kept");
    const { mode } = await stat(join(root, "kept", "cluster", "password"));
    expect(mode & 0o777).toBe(0o600);
    expect(
      await ask(url, "select current_setting('fsync') as fsync, current_setting('listen_addresses') as address"),
    ).toEqual([{ fsync: "on", address: "127.0.0.1" }]);
  });

  it("starts within a second when it exists, with what was in it", async () => {
    const before = performance.now();
    const { url } = await start("kept");
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await ask(url, "select start from kept")).toEqual([{ start: "first" }]);
  });

  it("is adopted when it runs already, and stopped for both", async () => {
    const first = await start("kept");
    const second = await start("kept");
    expect(second).toMatchObject({ adopted: true, url: first.url });
    const pid = await postmasterOf("kept");
    await first.stop();
    await untilDead(pid);
    await second.stop();
  });

  it("comes back at the same address when it is killed, with all that was committed", async () => {
    const { url } = await start("kept");
    await ask(url, "insert into kept values ('before the kill')");
    const pid = await postmasterOf("kept");
    process.kill(pid, "SIGKILL");
    await untilDead(pid);
    const rows = () => ask(url, "select start from kept order by 1").catch(() => null);
    await expect.poll(rows, { timeout: 20_000 }).toEqual([{ start: "before the kill" }, { start: "first" }]);
  });

  it("is not fooled by a pid file whose number belongs to another process by now", async () => {
    const pidFile = join(root, "kept", "cluster", "data", "postmaster.pid");
    await writeFile(pidFile, `${process.pid}\n/elsewhere\n0\n1\n\n127.0.0.1\n0 0\nready\n`, { mode: 0o600 });
    const { adopted } = await start("kept");
    expect(adopted).toBe(false);
  });

  it("begins a new log when the old one has grown", async () => {
    const log = join(root, "kept", "postgres.log");
    await writeFile(log, "x".repeat(5 * 1024 * 1024));
    await start("kept");
    expect((await stat(log)).size).toBeLessThan(100_000);
  });

  it("says why it does not start", async () => {
    const version = join(root, "kept", "cluster", "data", "PG_VERSION");
    const known = await readFile(version, "utf8");
    await writeFile(version, "9.6\n");
    await expect(start("kept")).rejects.toThrow(/version 9.6/);
    await writeFile(version, known);
  });
});

/** A script for a separate process, which starts the Postgres of this folder, prints its URL and stops nothing. */
function startIn(folder: string): string {
  // vite runs TypeScript here. It is vitest's dependency, not our own.
  const vite = createRequire(createRequire(import.meta.url).resolve("vitest/package.json")).resolve("vite");
  const source = join(import.meta.dirname, "../../../server/store/embedded/embedded-postgres.ts");
  return `
    import { runnerImport } from ${JSON.stringify(vite)};
    const { module } = await runnerImport(${JSON.stringify(source)}, { oxc: { target: "node20" } });
    process.stdout.write((await module.startEmbeddedPostgres({ folder: ${JSON.stringify(folder)} })).url);`;
}

describe("a first start", () => {
  it("neither keeps the process alive that began it nor ends with it, and is adopted by the next", async () => {
    const server = spawn(process.execPath, ["--input-type=module", "--eval", startIn(join(root, "orphaned"))], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [url, [code]] = await Promise.all([text(server.stdout), once(server, "exit")]);
    expect(code).toBe(0);
    expect(await start("orphaned")).toMatchObject({ adopted: true, url });
  });

  it("starts over where an earlier one was killed half-way", async () => {
    const child = spawn("true");
    await once(child, "exit");
    const draft = join(root, "half-done", `cluster.new.${child.pid}.x`);
    await mkdir(join(draft, "data"), { recursive: true });
    await writeFile(join(draft, "data", "PG_VERSION"), "18\n");

    const { url } = await start("half-done");
    expect(await ask(url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect((await readdir(join(root, "half-done"))).sort()).toEqual(["cluster", "postgres.log"]);
  });

  it("can happen twice at once", async () => {
    const both = await Promise.all([start("twice"), start("twice")]);
    expect(both[0].url).toBe(both[1].url);
    expect(await ask(both[0].url, "select 1 as one")).toEqual([{ one: 1 }]);
  });
});
