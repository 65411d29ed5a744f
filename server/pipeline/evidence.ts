import type { ContainerState, LogLine } from "../ports/engine.ts";
import type { Evidence, LastProbe } from "../rules/diagnose.ts";
import type { RunningService, World } from "./work.ts";

const linesKept = 50;
const gatherTimeoutMs = 10_000;

/** Collects what explains a service that ended or did not become healthy, before its container is removed. */
export async function gatherEvidence(
  world: World,
  service: RunningService,
  container: ContainerState | null,
  lastProbe: LastProbe | null,
): Promise<Evidence> {
  return {
    service: service.spec,
    container,
    listening: container?.status === "running" ? await world.engine.listeningPorts(service.container) : null,
    lastProbe,
    lastLines: (await lastLogLines(world, service)).map((line) => line.text),
  };
}

/** The last lines that a container printed; none when the engine cannot say. */
export async function lastLogLines(
  world: Pick<World, "engine">,
  service: Pick<RunningService, "container">,
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  const options = { follow: false, tail: linesKept, timestamps: false };
  try {
    for await (const line of world.engine.logs(service.container, options, AbortSignal.timeout(gatherTimeoutMs))) {
      lines.push(line);
    }
  } catch {
    // What could be read is still worth showing; the failure itself is told by the one who asks.
  }
  return lines.slice(-linesKept);
}
