import { BadConfig } from "./boot/bad-config.ts";
import { readConfig } from "./boot/config.ts";
import { LockedOut } from "./boot/leadership.ts";
import { openServer } from "./boot/server.ts";

/** Long enough for requests and the journal to finish. The next start resumes whatever takes longer. */
const shutdownTimeoutMs = 20_000;

try {
  const stop = new AbortController();
  const server = await openServer(readConfig(process.env, process.cwd()), process.stdout, (reason) =>
    shutDown(reason, 1),
  );

  let stopping = false;
  const shutDown = (reason: string | null, code: number) => {
    if (stopping) return;
    stopping = true;
    if (reason) process.stderr.write(`${reason}\n`);
    stop.abort();
    setTimeout(() => process.exit(1), shutdownTimeoutMs).unref();
    server.close().then(
      () => process.exit(code),
      (error: unknown) => {
        process.stderr.write(`Baton did not stop cleanly: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => shutDown(null, 0));
  process.on("SIGTERM", () => shutDown(null, 0));
  await server.greet(stop.signal);
} catch (error) {
  const expected = error instanceof BadConfig || error instanceof LockedOut;
  process.stderr.write(`${expected ? error.message : describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.BATON_LOG_LEVEL === "debug"
    ? (error.stack ?? error.message)
    : `Baton could not start: ${error.message}`;
}
