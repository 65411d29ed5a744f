import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { ProgramFailed } from "../../ports/engine/container-access.ts";
import { type DumpTool, type Inside, linesOf, run, textOf } from "./dump-tool.ts";
import { connect } from "./redis-client.ts";

/** A second server in the same container serves the dump for the moment of a restore. */
const helperPort = "16399";
const file = "baton-restore.rdb";
const tries = 600;
const pauseMs = 100;

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
    await refuseReplica(cli, signal);
    const folder = await writableFolder(inside, signal);
    for (const stored of files) {
      const input = Readable.from(stored.open(signal), { objectMode: false });
      await run(inside, { command: ["dd", `of=${folder}/${file}`, "bs=64k"], input }, signal);
      const helper = await helperFor(cli, folder, signal);
      try {
        await replicate(inside, cli, helper, signal);
      } finally {
        const limit = AbortSignal.timeout(30_000);
        await cli.ask(["replicaof", "no", "one"], limit).catch(() => {});
        await run(inside, helper.command(["shutdown", "nosave"]), limit).catch(() => {});
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
type Helper = Awaited<ReturnType<typeof helperFor>>;

async function refuseReplica(cli: Cli, signal: AbortSignal): Promise<void> {
  const [, primary] = /role:slave[\s\S]*?master_host:(\S+)/.exec(await cli.ask(["info", "replication"], signal)) ?? [];
  if (primary !== undefined) throw new Error(`This server is a replica of ${primary}: restore that one instead`);
}

/** The root file system of a container may be read-only; the server's own folder is not. */
async function writableFolder({ access, subject }: Inside, signal: AbortSignal): Promise<string> {
  const folders = ["/tmp", ...subject.volumes.map(({ path }) => path)];
  for (const folder of folders) {
    try {
      await run({ access, subject, variables: {}, command: [] }, { command: ["test", "-w", folder] }, signal);
      return folder;
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
    }
  }
  throw new Error(`There is no folder to put the dump into: neither of ${folders.join(", ")} can be written to`);
}

/** A server with the modules of the one that is restored, which lets it in with the password that it uses as a replica. */
async function helperFor(cli: Cli, folder: string, signal: AbortSignal) {
  const [, password = ""] = (await cli.ask(["config", "get", "masterauth"], signal).catch(() => "")).split("\n");
  const modules = modulesIn(await cli.ask(["module", "list"], signal).catch(() => ""));
  const environment = password === "" ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  return {
    start: [
      ...[`${cli.kind}-server`, "--port", helperPort, "--bind", "127.0.0.1", "--daemonize", "yes"],
      ...["--dir", folder, "--dbfilename", file, "--save", "", "--appendonly", "no"],
      ...(password === "" ? [] : ["--requirepass", password]),
      ...modules.flatMap((module) => ["--loadmodule", ...module]),
    ],
    command: (words: readonly string[]) => ({
      command: [`${cli.kind}-cli`, "--no-auth-warning", "-p", helperPort, ...words],
      environment,
    }),
  };
}

/** The file and the arguments of each module in an answer with one word a line. Built-in ones have no file. */
export function modulesIn(answer: string): readonly (readonly string[])[] {
  const modules = answer.split(/^name\n(?=.*\nver\n)/m).slice(1);
  return modules.flatMap((module) => {
    const [, path = "", words = ""] = /^path\n(.*)(?:\nargs\n([\s\S]*))?/m.exec(module) ?? [];
    return path.startsWith("/") ? [[path, ...linesOf(words)]] : [];
  });
}

async function replicate(inside: Inside, cli: Cli, helper: Helper, signal: AbortSignal): Promise<void> {
  await run(inside, { command: helper.start }, signal);
  const isLoaded = async () => /loading:0/.test(await textOf(inside, helper.command(["info", "persistence"]), signal));
  await until(isLoaded, "The helper server did not load the dump", signal);
  await cli.ask(["replicaof", "127.0.0.1", helperPort], signal);
  const hasAll = async () => {
    const state = await cli.ask(["info", "replication"], signal);
    return /master_link_status:up/.test(state) && /master_sync_in_progress:0/.test(state);
  };
  await until(hasAll, "The server did not take over the dump: its log says why", signal);
}

async function until(isSo: () => Promise<boolean>, otherwise: string, signal: AbortSignal): Promise<void> {
  let last: unknown = null;
  for (let count = 0; count < tries; count++) {
    try {
      if (await isSo()) return;
    } catch (error) {
      // It refuses connections until it is up.
      if (signal.aborted) throw error;
      last = error;
    }
    await delay(pauseMs, undefined, { signal });
  }
  throw new Error(otherwise, { cause: last });
}
