import type { ContainerId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { Evidence, LastProbe } from "../../rules/diagnosis/diagnose.ts";
import { mayBeExecTrouble } from "../../rules/diagnosis/exec-trouble.ts";
import { foldRepeats } from "../../rules/wording/fold-repeats.ts";
import type { DeploymentContext } from "../context/context.ts";
import { findPrograms, machineArchitecture } from "../images/base/find-programs.ts";
import type { RunningService } from "./running-service.ts";

const linesKept = 50;
/** An app that keeps restarting prints the same each time; `foldRepeats` keeps one copy. */
const linesRead = 400;
const gatherTimeoutMs = 10_000;
const tlsTimeoutMs = 2_000;

/** Collects what explains a service that ended or did not become healthy, before its container is removed. */
export async function gatherEvidence(
  context: DeploymentContext,
  service: RunningService,
  container: ContainerState | null,
  lastProbe: LastProbe | null,
): Promise<Evidence> {
  const runs = container?.status === "running";
  const lastLines = await lastLogLines(context, service.container);
  const exitCode = runs ? null : (container?.exitCode ?? null);
  return {
    service: service.spec,
    container,
    listening: runs ? await context.engine.listeningPorts(service.container) : null,
    lastProbe,
    speaksTls: runs && (await speaksTls(context, service, lastProbe)),
    lastLines,
    machine: machineArchitecture,
    programs: mayBeExecTrouble(exitCode, lastLines) ? await findPrograms(context) : [],
  };
}

/** Tries TLS only when a service did not answer as HTTP. */
async function speaksTls(
  { prober }: DeploymentContext,
  { hostAddress, spec }: RunningService,
  lastProbe: LastProbe | null,
) {
  if (lastProbe?.wantsTls) return true;
  if (spec.kind !== "web" || hostAddress === null || lastProbe?.outcome === "answered") return false;
  return prober.speaksTls(hostAddress, tlsTimeoutMs);
}

/** The last lines that a container printed, without secrets and repetitions; none when the engine cannot tell. */
export async function lastLogLines(
  { engine, clock, journal }: Pick<DeploymentContext, "engine" | "clock" | "journal">,
  container: ContainerId,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const options = { follow: false, tail: linesRead, timestamps: false };
  try {
    for await (const line of engine.logs(container, options, clock.timeout(gatherTimeoutMs))) {
      lines.push(journal.redact(line.text));
    }
  } catch {
    // Whatever could be read is worth showing; the caller reports the failure itself.
  }
  return foldRepeats(lines.slice(-linesRead)).slice(-linesKept);
}
