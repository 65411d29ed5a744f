import type { ContainerState } from "../../ports/engine/containers.ts";
import type { HttpOutcome, TcpOutcome } from "../../ports/prober.ts";
import type { LastProbe } from "../../rules/diagnosis/diagnose.ts";
import type { ProbeResult, TryResult } from "../../rules/health/health-gate.ts";
import { durationText, elapsedText } from "../../rules/wording/duration-text.ts";
import type { DeploymentContext } from "../context/context.ts";
import type { RunningService } from "./running-service.ts";

/**
 * docker-proxy closes a connection to a port without a listener within milliseconds, so this is long enough to tell.
 */
const tcpHoldMs = 300;

export interface Probe {
  readonly result: ProbeResult;
  /** Null for kinds that are not probed over the network. */
  readonly last: LastProbe | null;
  /** The consecutive successes that pass the check. */
  readonly needed: number;
}

export function foundBy({ result, last }: Probe): TryResult {
  if (result.healthy) return "healthy";
  return last?.outcome === "closed" ? "closed" : "unhealthy";
}

/** Probes a service once, in the way of its kind. Only one without a port is judged by the state of its container. */
export async function probeService(
  { prober, limits, clock, signal }: DeploymentContext,
  { spec, hostAddress }: RunningService,
  look: {
    readonly container: ContainerState;
    /** The Host header of a web probe. */
    readonly host: string;
    /** The time that is left for this probe. */
    readonly leftMs: number;
  },
): Promise<Probe> {
  const timeoutMs = Math.max(1, Math.min(spec.health.tryTimeoutMs, look.leftMs));
  const { path, successes: needed } = spec.health;
  if (spec.kind === "web" && hostAddress !== null) {
    const outcome = await prober.http({ address: hostAddress, path, host: look.host, timeoutMs }, signal);
    return { ...readHttp(outcome, path, timeoutMs), needed };
  }
  if (spec.kind === "tcp" && hostAddress !== null) {
    const outcome = await prober.tcp(hostAddress, tcpHoldMs, timeoutMs, signal);
    return { ...readTcp(outcome, spec.port, timeoutMs), needed };
  }
  return { result: readUptime(look.container, limits.workerUpMs, clock.now()), last: null, needed: 1 };
}

function readHttp(outcome: HttpOutcome, path: string, timeoutMs: number): Pick<Probe, "result" | "last"> {
  switch (outcome.type) {
    case "answered": {
      const healthy = outcome.status >= 200 && outcome.status < 400;
      const took = healthy ? ` in ${elapsedText(outcome.tookMs)}` : "";
      const answer = probed(healthy, "answered", outcome.status, `GET ${path} answered ${outcome.status}${took}`);
      return { ...answer, last: answer.last && { ...answer.last, wantsTls: outcome.wantsTls === true } };
    }
    case "closed":
      return probed(false, "closed", null, `GET ${path}: ${outcome.detail}`);
    case "timeout":
      return probed(false, "timeout", null, `GET ${path}: no response within ${durationText(timeoutMs)}`);
    case "garbled":
      return probed(false, "garbled", null, `GET ${path}: the response is not HTTP (${outcome.detail})`);
  }
}

function readTcp(outcome: TcpOutcome, port: number | null, timeoutMs: number): Pick<Probe, "result" | "last"> {
  switch (outcome.type) {
    case "open":
      return probed(true, "open", null, `port ${port} accepts connections`);
    case "closed":
      return probed(false, "closed", null, `port ${port}: ${outcome.detail}`);
    case "timeout":
      return probed(false, "timeout", null, `port ${port}: no connection within ${durationText(timeoutMs)}`);
  }
}

function probed(
  healthy: boolean,
  outcome: LastProbe["outcome"],
  status: number | null,
  detail: string,
): Pick<Probe, "result" | "last"> {
  return { result: { healthy, detail }, last: { outcome, status, detail } };
}

/** A worker has no port to probe; it is healthy when it stays up. */
function readUptime(container: ContainerState, workerUpMs: number, now: Date): ProbeResult {
  const upMs = container.startedAt === null ? 0 : now.getTime() - container.startedAt.getTime();
  const healthy = container.status === "running" && upMs >= workerUpMs;
  return {
    healthy,
    detail: healthy
      ? `has been up for ${durationText(upMs)}`
      : `waiting until it has been up for ${durationText(workerUpMs)}`,
  };
}
