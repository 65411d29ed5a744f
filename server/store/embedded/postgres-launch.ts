import { open, readFile, rename, stat } from "node:fs/promises";
import { spawnPostgres } from "./postgres-process.ts";
import { type Postmaster, removeStalePidFile, untilReady } from "./postmaster.ts";

const logLimitBytes = 4 * 1024 * 1024;

export interface Launch {
  readonly postgres: string;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly port: number;
}

/**
 * Runs Postgres until it accepts connections. Resolves with null when it ended before that, because another one was
 * faster, its port was taken, or for a reason in its log.
 */
export async function launch({ postgres, dataFolder, logFile, port }: Launch): Promise<Postmaster | null> {
  await removeStalePidFile(dataFolder);
  await boundLog(logFile);
  await using log = await open(logFile, "a", 0o600);
  // Detached, because Ctrl-C in the terminal is for Baton, which stops Postgres after its own last write.
  const child = spawnPostgres(postgres, ["-D", dataFolder, ...settings(port)], {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  let failure: Error | null = null;
  child.once("error", (error) => {
    failure = error;
  });
  child.unref();
  const hasEnded = () => failure !== null || child.exitCode !== null || child.signalCode !== null;
  const postmaster = await untilReady(dataFolder, hasEnded);
  if (failure) throw new Error("Postgres cannot be run", { cause: failure });
  return postmaster;
}

/**
 * Settings are passed at each start, so that they change with Baton and not with a file. They are small, because
 * Postgres serves one process.
 */
function settings(port: number): string[] {
  const values = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 40,
    shared_buffers: "32MB",
    work_mem: "4MB",
    min_wal_size: "32MB",
    max_wal_size: "256MB",
    wal_level: "minimal",
    max_wal_senders: 0,
    max_worker_processes: 0,
    max_parallel_workers: 0,
    io_method: "sync",
    jit: "off",
    huge_pages: "off",
    log_checkpoints: "off",
    // A failed statement is in Baton's own log; its text may quote what a user typed.
    log_min_error_statement: "panic",
    log_timezone: "UTC",
    timezone: "UTC",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

export async function lastLogLines(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-10).join("\n");
}

/** Keeps one log of former starts, so that logs cannot grow without bound. */
async function boundLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > logLimitBytes) await rename(file, `${file}.1`);
}
