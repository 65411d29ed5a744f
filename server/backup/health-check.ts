import type { BackupTools } from "../ports/backup/backup-tools.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerAccess } from "../ports/engine/container-access.ts";
import { run } from "./dumps/dump-tool.ts";

/** A server that has just been filled may need a moment. */
const mostTries = 5;
const pauseMs = 2_000;

export function createHealthCheck(access: ContainerAccess, clock: Clock): BackupTools["checkHealth"] {
  return async (subject, signal) => {
    const { healthcheck } = await access.configuration(subject.container, signal);
    if (healthcheck === null) return false;
    const { command, timeoutMs } = healthcheck;
    const inside = { subject, variables: {}, command: [], access };
    for (let tries = 1; ; tries++) {
      try {
        await run(inside, { command }, AbortSignal.any([signal, clock.timeout(timeoutMs)]));
        return true;
      } catch (cause) {
        signal.throwIfAborted();
        if (tries === mostTries) {
          const words = cause instanceof Error ? cause.message.trim() : String(cause);
          throw new Error(`The service's own health check does not succeed in it: ${words}`, { cause });
        }
        await clock.sleep(pauseMs, signal);
      }
    }
  };
}
