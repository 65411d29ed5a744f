import { hostAddress } from "../../server/model/names/host-address.ts";
import type { ContainerId, DeploymentId, InstallationId, ProductId } from "../../server/model/names/ids.ts";
import type { ContainerState } from "../../server/ports/engine/containers.ts";
import type { Owner } from "../../server/ports/engine/owner.ts";

export function anOwner(deployment: number, installation = 1): Owner {
  return {
    product: 1 as ProductId,
    installation: installation as InstallationId,
    deployment: deployment as DeploymentId,
  };
}

export function aContainer(changes: Partial<ContainerState> = {}): ContainerState {
  return {
    id: "c".repeat(64) as ContainerId,
    name: "baton-abcdefgh-d1-web",
    owner: anOwner(1),
    service: "web",
    replica: 1,
    kind: "web",
    status: "running",
    exitCode: 0,
    outOfMemory: false,
    restartCount: 0,
    deaths: [],
    error: "",
    startedAt: new Date("2026-01-31T12:00:00Z"),
    hostAddress: hostAddress("127.0.0.2", 20_000),
    ownAddress: hostAddress("172.30.0.2", 3_000),
    stopGraceMs: 10_000,
    keepsData: false,
    ownVolumes: [],
    memoryLimitBytes: null,
    healthcheck: null,
    healthcheckOutput: "",
    ...changes,
  };
}
