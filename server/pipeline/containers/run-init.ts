import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { ContainerId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { RolloutStep } from "../../rules/rollout/rollout.ts";
import { durationText } from "../../rules/wording/duration-text.ts";
import { type DeploymentContext, ownerOf } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";
import type { Networks } from "./networks.ts";
import { runContainer } from "./run-container.ts";
import { startFailure } from "./start-failure.ts";

const lookEveryMs = 250;

/**
 * Runs an init service to its end, unless an earlier attempt has. Rejects with DeploymentFailed when the service is
 * required.
 */
export async function runInit(
  context: DeploymentContext,
  version: { readonly spec: DeploymentSpec; readonly networks: Networks },
  { service, stack }: RolloutStep,
): Promise<void> {
  const { engine, deployment, journal, progress, signal, failpoint } = context;
  const { name } = service;
  const made = await engine.listContainers({ deployment: deployment.id }, signal);
  const earlier = made.find((container) => container.service === name);
  progress.enter("Running init containers", name);
  if (earlier && hasSucceeded(earlier)) {
    journal.note(`${name} has already run`);
    return progress.through(name);
  }
  journal.stage("init", `Running ${name}`);
  try {
    const making = { ...version, owner: ownerOf(context), stack, service, onNote: journal.note };
    const { container } = await runContainer(context, making);
    await followInit(context, name, container);
  } catch (error) {
    if (!isOptional(name, version.spec) || !(error instanceof DeploymentFailed))
      throw await startFailure(context, "init", service, error);
    journal.warn(`${error.message}; the services that wait for it start anyway (required: false)`);
  }
  await failpoint("initialised");
  progress.through(name);
}

function hasSucceeded(container: ContainerState): boolean {
  return container.status === "exited" && container.exitCode === 0 && container.startedAt !== null;
}

/** Whether every service that depends on it also starts without it; at least one must depend on it. */
function isOptional(name: string, spec: DeploymentSpec): boolean {
  const waiting = servicesOf(spec).flatMap(({ dependsOn }) => dependsOn.filter(({ service }) => service === name));
  return waiting.length > 0 && waiting.every(({ required }) => !required);
}

/**
 * Follows an init container to its end, line by line. Rejects with DeploymentFailed when it fails or takes too long.
 */
async function followInit(context: DeploymentContext, service: string, container: ContainerId): Promise<void> {
  const { engine, clock, limits, journal } = context;
  const began = await engine.inspectContainer(container, context.signal);
  const ageMs = began?.startedAt ? clock.now().getTime() - began.startedAt.getTime() : 0;
  // Counted from its own start, so that a restarted server does not give it the whole time again.
  const leftMs = Math.max(1, limits.initTimeoutMs - Math.max(0, ageMs));
  const late = clock.timeout(leftMs);
  const signal = AbortSignal.any([context.signal, late]);
  const lines: string[] = [];
  try {
    for await (const line of engine.logs(container, { follow: true, tail: null, timestamps: false }, signal)) {
      journal.log("init", service, line.text);
      lines.push(journal.redact(line.text));
      if (lines.length > 100) lines.splice(0, 50);
    }
    const ended = await untilEnded({ ...context, signal }, container);
    journal.endOfOutput("init", service);
    if (ended?.exitCode !== 0) throw failed(service, ended, lines);
  } catch (error) {
    journal.endOfOutput("init", service);
    if (!late.aborted || context.signal.aborted || error instanceof DeploymentFailed) throw error;
    await engine.stopContainer(container, 0, context.signal);
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

/** Waits for the engine to report the container's end, which comes a moment after the end of its output. */
async function untilEnded(
  { engine, clock, signal }: DeploymentContext,
  container: ContainerId,
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
