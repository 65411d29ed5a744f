import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { overlaps } from "../../../server/docker/host/subnets.ts";
import { SubnetTaken } from "../../../server/ports/engine.ts";
import { freeSubnet } from "../free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner, type ScratchEngine } from "../scratch-engine.ts";

let scratch: ScratchEngine;
beforeAll(async () => {
  scratch = await createScratchEngine();
});
afterAll(() => scratch[Symbol.asyncDispose]());

test("a network has the subnet and the owner that it was made with, and making it again changes nothing", async () => {
  const { engine, instance } = scratch;
  const request = { name: `baton-${instance}-one`, subnet: await freeSubnet(engine), owner };
  await engine.createNetwork(request, never);
  await engine.createNetwork(request, never);

  const ours = (await engine.listNetworks(never)).filter((network) => network.name === request.name);
  expect(ours).toEqual([{ ...request, lasting: null }]);
  expect(await engine.usedSubnets(never)).toContain(request.subnet);
  await engine.removeNetwork(request.name, never);
  expect(await engine.listNetworks(never)).toEqual([]);
});

test("a subnet that a network or a route of the host uses is taken", async () => {
  const { engine, instance } = scratch;
  const subnet = await freeSubnet(engine);
  await engine.createNetwork({ name: `baton-${instance}-first`, subnet, owner }, never);
  const again = engine.createNetwork({ name: `baton-${instance}-second`, subnet, owner }, never);
  await expect(again).rejects.toBeInstanceOf(SubnetTaken);

  // Docker's own bridge is always there.
  const bridge = (await engine.usedSubnets(never)).find((used) => overlaps(used, "172.16.0.0/12")) ?? "";
  const onBridge = engine.createNetwork({ name: `baton-${instance}-third`, subnet: bridge, owner }, never);
  await expect(onBridge).rejects.toBeInstanceOf(SubnetTaken);
  await engine.removeNetwork(`baton-${instance}-first`, never);
});

test("removing a network takes off first whoever is still on it; nothing happens when it is gone", async () => {
  const { engine, instance } = scratch;
  const name = `baton-${instance}-busy`;
  await engine.createNetwork({ name, subnet: await freeSubnet(engine), owner }, never);
  const id = await engine.createContainer(containerRequest(scratch, name), never);
  await engine.startContainer(id, never);

  await engine.removeNetwork(name, never);
  await engine.removeNetwork(name, never);
  expect(await engine.listNetworks(never)).toEqual([]);
  expect(await engine.inspectContainer(id, never)).toMatchObject({ status: "running" });
});

test("a stopped container is taken off a network that goes, and starts on the other ones that it has", async () => {
  const { engine, instance } = scratch;
  const [going, staying] = [`baton-${instance}-going`, `baton-${instance}-staying`];
  const lasting = { product: owner.product, installation: owner.installation };
  await engine.createNetwork({ name: staying, subnet: await freeSubnet(engine), owner: lasting }, never);
  await engine.createNetwork({ name: going, subnet: await freeSubnet(engine), owner }, never);
  const id = await engine.createContainer(containerRequest(scratch, staying), never);
  await engine.connect(id, going, ["app"], never);
  await engine.connect(id, going, ["app"], never);
  await engine.startContainer(id, never);
  await engine.stopContainer(id, 0, never);

  await engine.removeNetwork(going, never);
  await engine.startContainer(id, never);
  expect(await engine.inspectContainer(id, never)).toMatchObject({ status: "running" });
  const [left] = await engine.listNetworks(never);
  expect(left).toMatchObject({ name: staying, owner: null, lasting });
  await engine.disconnect(id, going, never);
  await engine.removeContainer(id, never);
  await engine.removeNetwork(staying, never);
});

test("a volume is made once, and only this Baton's own is adopted", async () => {
  const { engine, instance } = scratch;
  const lasting = { product: owner.product, installation: owner.installation };
  const name = `baton-${instance}-i2-app_data`;
  await engine.createVolume({ name, owner: lasting, filledBy: null }, never);
  await engine.createVolume({ name, owner: lasting, filledBy: null }, never);
  expect(await engine.listVolumes(never)).toEqual([name]);
  await engine.removeVolume(name, never);
  await new Docker().createVolume({ Name: name });
  await expect(engine.createVolume({ name, owner: lasting, filledBy: null }, never)).rejects.toThrow(
    "not this Baton's",
  );
  await new Docker().getVolume(name).remove();
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
