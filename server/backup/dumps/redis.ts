import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type DumpTool, type Inside, run, textOf, variableOf } from "./dump-tool.ts";

/** A second server in the same container serves the dump for the moment of a restore. */
const helperPort = "16399";
const folder = "/tmp";
const file = "baton-restore.rdb";
const tries = 600;
const pauseMs = 500;

/**
 * Dumps a Redis or Valkey server as an RDB file, as a replica would get it. A restore makes the server a replica of a
 * helper that has loaded the file: whatever its persistence, it then holds exactly that, from one moment to the next.
 */
export const redis: DumpTool = {
  async files(inside, signal) {
    const cli = await connect(inside, signal);
    const { access, subject } = inside;
    const open = (signal: AbortSignal) => access.run(subject.container, cli.command(["--rdb", "-"]), signal);
    return [{ name: "dump.rdb", of: "all keys", open }];
  },

  async restore(inside, files, { target }, signal) {
    if (target === "new") throw new Error("Redis has one set of data, so there is no place beside it");
    const cli = await connect(inside, signal);
    for (const stored of files) {
      const input = Readable.from(stored.open(signal), { objectMode: false });
      await run(inside, { command: ["dd", `of=${folder}/${file}`, "bs=64k"], input }, signal);
      try {
        await replicate(inside, cli, signal);
      } finally {
        const limit = AbortSignal.timeout(30_000);
        await cli.ask(["replicaof", "no", "one"], limit).catch(() => {});
        await run(inside, cli.helper(["shutdown", "nosave"]), limit).catch(() => {});
        await run(inside, { command: ["rm", "-f", `${folder}/${file}`] }, limit).catch(() => {});
      }
    }
    return ["all keys"];
  },

  async measure(inside, signal) {
    const cli = await connect(inside, signal);
    const keyspace = await cli.ask(["info", "keyspace"], signal);
    const rows = [...keyspace.matchAll(/keys=(\d+)/g)].reduce((sum, [, keys]) => sum + Number(keys), 0);
    return { tables: null, rows, isEstimate: false };
  },
};

type Cli = Awaited<ReturnType<typeof connect>>;

async function replicate(inside: Inside, cli: Cli, signal: AbortSignal): Promise<void> {
  const server = [`${cli.kind}-server`, "--port", helperPort, "--bind", "127.0.0.1", "--daemonize", "yes"];
  const data = ["--dir", folder, "--dbfilename", file, "--save", "", "--appendonly", "no"];
  await run(inside, { command: [...server, ...data] }, signal);
  await until(async () => /loading:0/.test(await textOf(inside, cli.helper(["info", "persistence"]), signal)), signal);
  await cli.ask(["replicaof", "127.0.0.1", helperPort], signal);
  await until(async () => {
    const state = await cli.ask(["info", "replication"], signal);
    return /master_link_status:up/.test(state) && /master_sync_in_progress:0/.test(state);
  }, signal);
}

async function until(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  let last: unknown = new Error("The helper server did not load the dump");
  for (let count = 0; count < tries; count++) {
    try {
      if (await isSo()) return;
    } catch (error) {
      // It refuses connections until it is up.
      if (signal.aborted) throw error;
      last = error;
    }
    await delay(pauseMs / 5, undefined, { signal });
  }
  throw last;
}

async function connect(inside: Inside, signal: AbortSignal) {
  const password =
    (await variableOf(inside, ["REDIS_PASSWORD", "VALKEY_PASSWORD"], signal)) ?? passwordOfCommand(inside);
  const kind = await run(inside, { command: ["redis-cli", "--version"] }, signal).then(
    () => "redis" as const,
    () => "valkey" as const,
  );
  const environment = password === null ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  const command = (words: readonly string[]) => ({
    command: [`${kind}-cli`, "--no-auth-warning", ...words],
    environment,
  });
  return {
    kind,
    command,
    /** Redis prints its errors, but does not end with another exit code. */
    async ask(words: readonly string[], signal: AbortSignal): Promise<string> {
      const answer = await textOf(inside, command(words), signal);
      if (/^\(?(?:NOAUTH|ERR|WRONGPASS|NOPERM|LOADING)\b/.test(answer)) throw new Error(answer);
      return answer;
    },
    helper: (words: readonly string[]) => ({ command: [`${kind}-cli`, "-p", helperPort, ...words] }),
  };
}

/** Many compose files give the password as an option of the server: `redis-server --requirepass secret`. */
function passwordOfCommand({ command }: Inside): string | null {
  const at = command.indexOf("--requirepass");
  return at === -1 ? null : (command[at + 1] ?? null);
}
