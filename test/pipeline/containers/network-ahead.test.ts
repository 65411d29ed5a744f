import { expect, test } from "vitest";
import type { InstanceId } from "../../../server/model/names/ids.ts";
import { networkName, soloNetworkName } from "../../../server/pipeline/containers/container-request.ts";
import { createNetworkAhead } from "../../../server/pipeline/containers/network-ahead.ts";
import type { DeploymentContext } from "../../../server/pipeline/context/context.ts";
import type { NetworkInfo, NetworkRequest } from "../../../server/ports/engine/networks.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { aService } from "../../model/a-deployment.ts";
import { anOwner } from "../../ports/a-container.ts";

const instance = "abcdefgh" as InstanceId;
const { deployment, installation, product } = anOwner(2);
const name = networkName(instance, deployment);

/** A deployment with a lease on the subnet that it is given, and a daemon with the networks of an earlier attempt. */
function createScene(...there: NetworkInfo[]) {
  const networks = [...there];
  const said: string[] = [];
  const stop = new AbortController();
  let refusals = 0;
  const context = {
    instance,
    ...{ deployment: { id: deployment }, installation: { id: installation }, product: { id: product } },
    ...{ clock: createFakeClock(), limits: { subnets: "10.0.0.0/8" }, signal: stop.signal },
    engine: {
      listNetworks: async () => networks,
      usedSubnets: async () => [],
      removeNetwork: async (name: string) => void said.push(`remove ${name}`, `left ${networks.splice(0).length}`),
      async createNetwork({ name, subnet, owner }: NetworkRequest) {
        if (refusals-- > 0) throw new Error("the daemon refuses");
        said.push(`create ${name} ${subnet}`);
        networks.push({ name, subnet, owner, lasting: null } as NetworkInfo);
      },
    },
    store: {
      leases: {
        subnet: async (_holder: unknown, _pool: unknown, _used: unknown, prefix: number) => `10.0.0.0/${prefix}`,
        release: async () => void said.push("release"),
      },
    },
  } as unknown as DeploymentContext;
  const refuse = (times: number) => {
    refusals = times;
  };
  return { ahead: createNetworkAhead(context), said, stop, refuse };
}

const several = (count: number) => Array.from({ length: count }, () => aService());
const existing = (subnet: string): NetworkInfo => ({ name, subnet, owner: anOwner(2), lasting: null });

test("the network of a deployment is made with room for its services", async () => {
  const { ahead, said } = createScene();
  ahead.begin(several(3));
  await ahead.settled();
  expect(said).toEqual([`create ${name} 10.0.0.0/27`]);
});

test("the network of an earlier attempt is used, or replaced when it has too little room", async () => {
  const roomy = createScene(existing("10.0.0.0/26"));
  roomy.ahead.begin(several(40));
  await roomy.ahead.settled();
  expect(roomy.said).toEqual([]);

  const small = createScene(existing("10.0.0.0/27"));
  small.ahead.begin(several(40));
  await small.ahead.settled();
  expect(small.said).toEqual([`remove ${name}`, "left 1", "release", `create ${name} 10.0.0.0/26`]);
});

test("two beginnings come one after the other", async () => {
  const { ahead, said } = createScene();
  ahead.begin(several(3));
  ahead.begin(several(40));
  await ahead.settled();
  expect(said).toEqual([
    `create ${name} 10.0.0.0/27`,
    ...[`remove ${name}`, "left 1", "release", `create ${name} 10.0.0.0/26`],
  ]);
});

test("a refusal is no failure yet, and a cancelled deployment gets no network", async () => {
  const { ahead, said, stop, refuse } = createScene();
  refuse(1);
  ahead.begin(several(3));
  await ahead.settled();
  expect(said).toEqual([]);
  stop.abort(new Error("cancelled"));
  ahead.begin(several(3));
  await ahead.settled();
  expect(said).toEqual([]);
});

test("a service that runs alone needs no network of its deployment, but its installation's, which is made once", async () => {
  const { ahead, said } = createScene();
  ahead.begin(several(1));
  ahead.begin(several(1));
  await ahead.settled();
  expect(said).toEqual([`create ${soloNetworkName(instance, installation)} 10.0.0.0/27`]);
});

test("a plan that turns out to have more services than the version before still gets its own network", async () => {
  const { ahead, said } = createScene();
  ahead.begin(several(1));
  ahead.begin(several(2));
  await ahead.settled();
  expect(said.at(-1)).toBe(`create ${name} 10.0.0.0/27`);
});
