import { EngineUnavailable } from "../ports/engine.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A build that takes the daemon down with it each time is not begun for ever. */
const maxAnew = 3;

/**
 * Does what needs Docker while nothing that runs has been touched. A daemon that is away (restarted, stopped, hanging) is
 * waited for, however long that takes, and `make` is begun anew once it answers: what it had made, it finds again. Its own
 * time limit does not run meanwhile. Rejects with the reason of the work's signal, or what `make` rejected with.
 */
export async function withDocker<Result>(
  world: PipelineContext,
  work: DeploymentContext,
  make: () => Promise<Result>,
): Promise<Result> {
  const { journal, signal } = work;
  for (let anew = 0; ; anew++) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof EngineUnavailable) || signal.aborted || anew === maxAnew) throw error;
      journal.warn(`Docker is not responding (${error.message}); waiting for it`);
      await untilItAnswers(world, signal);
      journal.note("Docker is back; starting over");
    }
  }
}

async function untilItAnswers({ engine, clock }: PipelineContext, signal: AbortSignal): Promise<void> {
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
