import { expect, test } from "vitest";
import type { DeploymentId, InstanceId } from "../../server/model/names/ids.ts";
import { lastingNetworkName, networkName } from "../../server/pipeline/containers/container-request.ts";
import { removeDeployment } from "../../server/pipeline/containers/remove.ts";
import type { DeploymentContext } from "../../server/pipeline/context/context.ts";
import { startServices } from "../../server/pipeline/start.ts";
import type { ContainerState } from "../../server/ports/engine/containers.ts";
import { aReady, aService, aSpec } from "../model/a-deployment.ts";
import { aContainer, anOwner } from "../ports/a-container.ts";

/**
 * A database from before strategies existed: it was started on its deployment's own network and port, as if it could
 * run twice.
 */
const container: ContainerState = aContainer({ owner: anOwner(1), service: "db", kind: "tcp" });
const kept = aService({
  ...{ name: "db", kind: "tcp", stateful: "keeps its data in its container", keptFrom: 1 as DeploymentId },
  dataInContainer: { what: "a PostgreSQL database", path: "/var/lib/postgresql/data" },
});
const instance = "abcdefgh" as InstanceId;
const { installation, product } = container.owner;

test("a container that is kept for the first time is known on the installation's network before others are started", async () => {
  const own = networkName(instance, 2 as DeploymentId);
  const lasting = lastingNetworkName(instance, installation);
  const connected: unknown[] = [];
  const context = {
    instance,
    engine: {
      listNetworks: async () => [{ name: own }, { name: lasting }],
      usedSubnets: async () => [],
      listContainers: async () => [container],
      connect: async (...args: unknown[]) => void connected.push(args.slice(0, 3)),
    },
    failpoint: async () => {},
    deployment: { id: 2 as DeploymentId, dataBefore: null },
    installation: { id: installation },
    product: { id: product },
    journal: { stage: () => {}, note: () => {}, warn: () => {} },
    progress: { enter: () => {}, through: () => {} },
    signal: new AbortController().signal,
  } as unknown as DeploymentContext;
  const spec = aSpec([kept]);
  const { services } = await startServices(context, spec, { id: 1 as DeploymentId, spec });
  expect(services).toMatchObject([{ container: container.id, kept: true }]);
  expect(connected).toEqual([[container.id, lasting, ["db"]]]);
});

test("a container that goes on keeps its port when its deployment is removed", async () => {
  const done: unknown[] = [];
  const { id, installationId } = aReady({ id: 1 as DeploymentId });
  const context = {
    engine: { listContainers: async () => [container], listNetworks: async () => [] },
    proxy: { forget: async () => {} },
    mountFiles: { remove: async () => {} },
    store: {
      deployments: { get: async () => aReady({ id }) },
      leases: {
        handOver: async (...args: unknown[]) => void done.push(["handOver", ...args]),
        release: async (holder: unknown) => void done.push(["release", holder]),
      },
    },
    signal: new AbortController().signal,
  } as unknown as DeploymentContext;
  await removeDeployment(context, id, { graceMs: 0, except: new Set(["db"]) });
  expect(done).toEqual([
    ["handOver", id, installationId, ["db"]],
    ["release", { deployment: id }],
  ]);
});
