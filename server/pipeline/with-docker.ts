import { EngineUnavailable } from "../ports/engine/engine.ts";
import type { DeploymentContext } from "./context/context.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A build that takes the daemon down each time is not restarted forever. */
const maxRestarts = 3;

type DockerContext = Pick<DeploymentContext, "engine" | "clock" | "journal" | "signal">;

/**
 * Runs a step that needs Docker and does not change what runs. While the daemon is away (restarted, stopped, hanging)
 * it waits for as long as that takes. It then calls `make` again, which finds what it had made. The time limit of
 * `make` is suspended meanwhile. Rejects with the reason of the context's signal, or with the error of `make`.
 */
export async function withDocker<Result>(context: DockerContext, make: () => Promise<Result>): Promise<Result> {
  const { journal, signal } = context;
  for (let restarts = 0; ; restarts++) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof EngineUnavailable) || signal.aborted || restarts === maxRestarts) throw error;
      journal.warn(`Docker is not responding (${error.message}); waiting for it`);
      await untilItAnswers(context);
      journal.note("Docker is back; starting over");
    }
  }
}

async function untilItAnswers({ engine, clock, signal }: DockerContext): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    await clock.sleep(pauseMs, signal);
    try {
      await engine.info(signal);
      return;
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
}
