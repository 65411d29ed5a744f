import { EngineUnavailable } from "../ports/engine/engine.ts";
import type { DeploymentContext } from "./context/context.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** What takes the daemon down each time is not done forever. */
const maxRestarts = 3;

type DockerContext = Pick<DeploymentContext, "engine" | "clock" | "journal" | "signal" | "silence">;

/**
 * Runs a step that needs Docker and can be repeated. While the daemon is away (restarted, stopped, hanging) it waits for
 * as long as that takes. It then calls `make` again, which finds what it had made. The time limit of `make` is suspended
 * meanwhile. Rejects with the reason of the context's signal, or with the error of `make`.
 */
export async function withDocker<Result>(
  context: DockerContext,
  make: () => Promise<Result>,
  { after = "starting over", restarts = maxRestarts } = {},
): Promise<Result> {
  for (let left = restarts; ; left--) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof EngineUnavailable) || context.signal.aborted || left === 0) throw error;
      await untilItAnswers(context, error, after);
    }
  }
}

/** Asks Docker a question until it answers. That time does not count against an app. */
export function askDocker<Answer>(context: DockerContext, ask: () => Promise<Answer>): Promise<Answer> {
  return withDocker(context, ask, { after: "going on", restarts: Number.POSITIVE_INFINITY });
}

async function untilItAnswers(context: DockerContext, { message }: Error, after: string): Promise<void> {
  const { engine, clock, journal, signal, silence } = context;
  const beganMs = clock.monotonicMs();
  if (silence.beginToWait()) journal.warn(`Docker is not responding (${message}); waiting for it`);
  try {
    let pauseMs = firstPauseMs;
    do {
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
    } while (!(await answers(engine, signal)));
  } finally {
    const isLast = silence.endWait();
    silence.add(beganMs, clock.monotonicMs());
    if (isLast && !signal.aborted) journal.note(`Docker is back; ${after}`);
  }
}

async function answers(engine: DockerContext["engine"], signal: AbortSignal): Promise<boolean> {
  try {
    await engine.info(signal);
    return true;
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return false;
  }
}
