import type {
  Building,
  Deploying,
  Deployment,
  Failed,
  Failure,
  Queued,
  Ready,
} from "../../server/model/deployment/deployment.ts";
import { type DeploymentSpec, plainContainer, type ServiceSpec } from "../../server/model/deployment/spec.ts";
import type { CommitSha, DeploymentId, ImageId, InstallationId } from "../../server/model/names/ids.ts";

/** Deployments in each state, for tests that need one and do not care about its details. */

export const at = new Date("2026-01-31T12:00:00Z");
export const sha = "a".repeat(40) as CommitSha;

export function aService(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: "web",
    kind: "web",
    kindReason: null,
    image: `sha256:${"1".repeat(64)}` as ImageId,
    pulledAs: null,
    port: 3000,
    portDeclared: false,
    command: null,
    environment: {},
    takesVariables: true,
    health: { path: "/", intervalMs: 1000, tryTimeoutMs: 5000, timeoutMs: 90_000, successes: 3 },
    stopGraceMs: 10_000,
    limits: { memoryBytes: 512 * 1024 * 1024, pids: 512, cpus: null },
    dependsOn: [],
    stateful: null,
    keptFrom: null,
    container: plainContainer,
    domains: [],
    ...changes,
  };
}

export function aSpec(services: readonly ServiceSpec[] = [aService()]): DeploymentSpec {
  return {
    commit: sha,
    stacks: [{ name: "app", services }],
    variables: {},
    routes: [{ host: "hello.localhost", service: "web" }],
  };
}

export function aQueued(changes: Partial<Queued> = {}): Queued {
  return {
    status: "queued",
    id: 1 as DeploymentId,
    installationId: 1 as InstallationId,
    number: 1,
    trigger: "push",
    by: "ada",
    ref: "main",
    commit: { sha, message: "First", author: "Ada" },
    sourceId: null,
    variables: "now",
    dataBefore: null,
    fresh: false,
    sessionId: null,
    attempt: 0,
    createdAt: at,
    ...changes,
  };
}

export function aBuilding(changes: Partial<Building> = {}): Building {
  return { ...aQueued(), status: "building", attempt: 1, startedAt: at, cancelRequestedAt: null, ...changes };
}

export function aDeploying(step: "start" | "cut-over" = "start", changes: Partial<Deploying> = {}): Deploying {
  const { cancelRequestedAt, ...begun } = aBuilding();
  const deploying = { ...begun, status: "deploying" as const, spec: aSpec() };
  return step === "start"
    ? ({ ...deploying, step, cancelRequestedAt, ...changes } as Deploying)
    : ({ ...deploying, step, ...changes } as Deploying);
}

export function aWatched(changes: Partial<Deploying> = {}): Deploying {
  return { ...aDeploying("cut-over"), step: "watch", liveAt: at, replacedId: null, ...changes } as Deploying;
}

export function aReady(changes: Partial<Ready> = {}): Ready {
  const { cancelRequestedAt: _, ...begun } = aBuilding();
  return { ...begun, status: "ready", spec: aSpec(), liveAt: at, readyAt: at, ...changes };
}

export function aFailed(): Failed {
  const { cancelRequestedAt: _, ...begun } = aBuilding();
  return { ...begun, status: "failed", finishedAt: at, failure: aFailure, spec: null };
}

export const aFailure: Failure = {
  stage: "health",
  service: "web",
  message: "nothing listens on port 3000",
  hint: null,
  lastLines: [],
  exitCode: null,
  outOfMemory: false,
  lastProbe: null,
};

export const everyState: readonly Deployment[] = [
  aQueued(),
  aBuilding(),
  aDeploying("start"),
  aDeploying("cut-over"),
  aWatched(),
  aReady(),
  aFailed(),
  { ...aQueued(), status: "stopped", startedAt: null, finishedAt: at, reason: "cancelled", spec: null, readyAt: null },
];
