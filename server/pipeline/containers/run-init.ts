import type { ContainerId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine.ts";
import { durationText } from "../../rules/wording/duration-text.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

const lookEveryMs = 250;

/** Follows an init container to its end, line by line. Rejects with DeploymentFailed when it fails, or takes too long. */
export async function followInit(
  world: PipelineContext,
  work: DeploymentContext,
  service: string,
  container: ContainerId,
): Promise<void> {
  const { engine, clock, limits } = world;
  const { journal } = work;
  const began = await engine.inspectContainer(container, work.signal);
  const ageMs = began?.startedAt ? clock.now().getTime() - began.startedAt.getTime() : 0;
  // Counted from its own start, so that a restarted server does not give it its whole time again.
  const leftMs = Math.max(1, limits.initTimeoutMs - Math.max(0, ageMs));
  const late = clock.timeout(leftMs);
  const signal = AbortSignal.any([work.signal, late]);
  const lines: string[] = [];
  try {
    for await (const line of engine.logs(container, { follow: true, tail: null, timestamps: false }, signal)) {
      journal.log("init", service, line.text);
      lines.push(line.text);
      if (lines.length > 100) lines.splice(0, 50);
    }
    const ended = await untilEnded(world, container, signal);
    journal.endOfOutput("init", service);
    if (ended?.exitCode !== 0) throw failed(service, ended, lines);
  } catch (error) {
    journal.endOfOutput("init", service);
    if (!late.aborted || work.signal.aborted || error instanceof DeploymentFailed) throw error;
    await engine.stopContainer(container, 0, work.signal);
    throw new DeploymentFailed(
      {
        stage: "init",
        service,
        message: `${service} took longer than ${durationText(limits.initTimeoutMs)} and was stopped`,
        hint: "See its output below. If it should keep running, it isn't a job: give it a port, or set `x-baton: { kind: worker }` in the compose file. BATON_INIT_TIMEOUT sets the limit.",
        lastLines: lines.slice(-50),
      },
      { cause: error },
    );
  }
}

/** The stream of output ends a moment before the engine says so of the container. */
async function untilEnded(
  { engine, clock }: Pick<PipelineContext, "engine" | "clock">,
  container: ContainerId,
  signal: AbortSignal,
): Promise<ContainerState | null> {
  for (;;) {
    const state = await engine.inspectContainer(container, signal);
    if (!state || state.status === "exited" || state.status === "dead") return state;
    await clock.sleep(lookEveryMs, signal);
  }
}

function failed(service: string, ended: ContainerState | null, lines: readonly string[]): DeploymentFailed {
  const lastLines = lines.slice(-50);
  if (!ended) {
    const message = `the container of ${service} disappeared before it finished`;
    return new DeploymentFailed({ stage: "init", service, message, hint: "It was removed outside Baton.", lastLines });
  }
  return new DeploymentFailed({
    stage: "init",
    service,
    message: ended.outOfMemory
      ? `${service} was killed: out of memory`
      : `${service} exited with code ${ended.exitCode}`,
    hint: "It must exit with code 0 before anything else starts. See its output below.",
    exitCode: ended.exitCode,
    outOfMemory: ended.outOfMemory,
    lastLines,
  });
}
