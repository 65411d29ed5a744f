import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { overlaps } from "../../../server/docker/host/subnets.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import { SubnetTaken } from "../../../server/ports/engine/networks.ts";
import { freeSubnet } from "../free-subnet.ts";
import { createScratchEngine, never, owner, type ScratchEngine } from "../scratch-engine.ts";

let scratch: ScratchEngine;
beforeAll(async () => {
  scratch = await createScratchEngine();
});
afterAll(() => scratch[Symbol.asyncDispose]());

test("a subnet that a network of the host uses is taken, whoever made it", async () => {
  const { engine, instance } = scratch;
  // Docker's own bridge always exists.
  const bridge = (await engine.usedSubnets(never)).find((used) => overlaps(used, "172.16.0.0/12")) ?? "";
  const onBridge = engine.createNetwork({ name: `baton-${instance}-third`, subnet: bridge, owner }, never);
  await expect(onBridge).rejects.toBeInstanceOf(SubnetTaken);
});

test("a network of somebody else's is neither listed nor removed", async () => {
  const name = `foreign-${scratch.instance}`;
  const subnet = await freeSubnet(scratch.engine);
  const foreign = await new Docker().createNetwork({
    Name: name,
    IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
  });
  try {
    await scratch.engine.removeNetwork(name, never);
    expect(await scratch.engine.listNetworks(never)).toEqual([]);
    expect((await foreign.inspect()).Name).toBe(name);
    expect(await scratch.engine.usedSubnets(never)).toContain(subnet);
  } finally {
    await foreign.remove();
  }
});

test("there is room for more networks than Docker's own address pools have", async () => {
  const { engine, instance } = scratch;
  // Docker's pools hold 31 networks in all, its own bridge among them.
  const names = Array.from({ length: 33 }, (_, index) => `baton-${instance}-many-${index}`);
  for (const name of names) await createAtFreeSubnet(engine, name);
  const networks = await engine.listNetworks(never);
  expect(networks.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(new Set(networks.map(({ subnet }) => subnet)).size).toBe(names.length);
  for (const name of names) await engine.removeNetwork(name, never);
  expect(await engine.listNetworks(never)).toEqual([]);
});

/** Another test of this machine may take the subnet first. */
async function createAtFreeSubnet(engine: Engine, name: string): Promise<void> {
  for (;;) {
    try {
      return await engine.createNetwork({ name, subnet: await freeSubnet(engine), owner }, never);
    } catch (error) {
      if (!(error instanceof SubnetTaken)) throw error;
    }
  }
}
