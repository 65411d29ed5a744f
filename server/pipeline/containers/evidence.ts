import type { ContainerState } from "../../ports/engine.ts";
import type { Evidence, LastProbe } from "../../rules/diagnosis/diagnose.ts";
import { mayBeExecTrouble } from "../../rules/diagnosis/exec-trouble.ts";
import { foldRepeats } from "../../rules/wording/fold-repeats.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { findPrograms, machineArchitecture } from "../images/base/find-programs.ts";
import type { RunningService } from "./running-service.ts";

const linesKept = 50;
/** An app that is restarted again and again says the same each time, and it is told once. */
const linesRead = 400;
const gatherTimeoutMs = 10_000;
const tlsTimeoutMs = 2_000;

/** Collects what explains a service that ended or did not become healthy, before its container is removed. */
export async function gatherEvidence(
  world: PipelineContext,
  work: Pick<DeploymentContext, "product" | "deployment">,
  service: RunningService,
  container: ContainerState | null,
  lastProbe: LastProbe | null,
): Promise<Evidence> {
  const runs = container?.status === "running";
  const lastLines = await lastLogLines(world, service);
  const exitCode = runs ? null : (container?.exitCode ?? null);
  return {
    service: service.spec,
    container,
    listening: runs ? await world.engine.listeningPorts(service.container) : null,
    lastProbe,
    speaksTls: runs && (await speaksTls(world, service, lastProbe)),
    lastLines,
    machine: machineArchitecture,
    programs: mayBeExecTrouble(exitCode, lastLines) ? await findPrograms(world, work) : [],
  };
}

/** Only what did not answer as HTTP is asked whether it speaks TLS. */
async function speaksTls(world: PipelineContext, { hostAddress, spec }: RunningService, lastProbe: LastProbe | null) {
  if (lastProbe?.wantsTls) return true;
  if (spec.kind !== "web" || hostAddress === null || lastProbe?.outcome === "answered") return false;
  return world.prober.speaksTls(hostAddress, tlsTimeoutMs);
}

/** The last lines that a container printed, what it repeats told once; none when the engine cannot say. */
export async function lastLogLines(
  world: Pick<PipelineContext, "engine" | "clock">,
  service: Pick<RunningService, "container">,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const options = { follow: false, tail: linesRead, timestamps: false };
  try {
    for await (const line of world.engine.logs(service.container, options, world.clock.timeout(gatherTimeoutMs))) {
      lines.push(line.text);
    }
  } catch {
    // What could be read is still worth showing; the failure itself is told by the one who asks.
  }
  return foldRepeats(lines.slice(-linesRead)).slice(-linesKept);
}
