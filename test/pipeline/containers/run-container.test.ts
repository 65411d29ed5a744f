import { expect, test } from "vitest";
import { type HostAddress, hostAddress } from "../../../server/model/names/host-address.ts";
import type { InstanceId } from "../../../server/model/names/ids.ts";
import { runContainer } from "../../../server/pipeline/containers/run-container.ts";
import type { ContainerRequest, ContainerState } from "../../../server/ports/engine/containers.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";
import { aContainer, anOwner } from "../../ports/a-container.ts";

type Context = Parameters<typeof runContainer>[0];
const older = hostAddress("127.0.0.1", 20_001);
const newer = hostAddress("127.0.0.2", 20_001);

/** The address at which a service is published when these containers exist and its lease is of port 20001. */
async function publishedAt(
  containers: readonly ContainerState[],
  service = aService(),
  taken: readonly HostAddress[] = [],
): Promise<unknown> {
  const requests: ContainerRequest[] = [];
  const context = {
    instance: "abcdefgh" as InstanceId,
    engine: {
      listContainers: async () => containers,
      createContainer: async (request: ContainerRequest) => {
        requests.push(request);
        return "id";
      },
      startContainer: async () => {},
      connect: async () => {},
    },
    prober: { isFree: async (address: HostAddress) => !taken.includes(address) },
    store: {
      leases: {
        port: async (_: unknown, _name: string, _range: unknown, avoid: Set<number>) =>
          avoid.has(20_001) ? 20_002 : 20_001,
      },
    },
    limits: { ports: { first: 20_000, last: 20_100 }, appsHost: "127.0.0.2" },
    failpoint: async () => {},
    signal: new AbortController().signal,
  } as unknown as Context;
  const making = {
    owner: anOwner(1),
    spec: aSpec([service]),
    stack: "app",
    service,
    networks: { own: "own", lasting: "lasting" },
  };
  const { hostAddress: at } = await runContainer(context, { ...making, onNote: () => {} });
  expect(requests.at(-1)?.publish?.hostAddress).toBe(at);
  return at;
}

const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume data" });
const dbOf = (deployment: number, address: HostAddress, status: ContainerState["status"]) =>
  aContainer({
    name: `baton-abcdefgh-d${deployment}-db`,
    owner: anOwner(deployment),
    service: "db",
    hostAddress: address,
    status,
  });

test("a new container is published beside the dashboard's address, also where an older one has the same port there", async () => {
  expect(await publishedAt([])).toBe(newer);
  expect(await publishedAt([dbOf(7, older, "running")], db, [older])).toBe(newer);
});

test("a container that is there keeps its address, so that a database is started again and not replaced", async () => {
  expect(await publishedAt([dbOf(1, older, "exited")], db)).toBe(older);
  expect(await publishedAt([dbOf(1, older, "running")], db, [older])).toBe(older);
  expect(await publishedAt([dbOf(1, newer, "exited")], db)).toBe(newer);
});

test("an address that something else has taken is given up", async () => {
  expect(await publishedAt([], aService(), [newer])).toBe(hostAddress("127.0.0.2", 20_002));
  expect(await publishedAt([dbOf(1, older, "exited")], db, [older])).toBe(hostAddress("127.0.0.2", 20_002));
});
