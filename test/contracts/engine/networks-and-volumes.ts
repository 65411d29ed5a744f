import { describe, expect, test } from "vitest";
import type { ContainerRequest } from "../../../server/ports/engine/containers.ts";
import { SubnetTaken } from "../../../server/ports/engine/networks.ts";
import { type EngineScene, never, onScene, owner } from "./scene.ts";

const lasting = { product: owner.product, installation: owner.installation };

/** The contract of networks. */
export function networksContract(scene: () => EngineScene): void {
  const { request, start, state, unique } = onScene(scene);
  const engine = () => scene().engine;
  const nameOf = (what: string) => `baton-${engine().instance}-${what}-${unique()}`;

  describe("a network", () => {
    test("has the subnet and the owner that it was made with, and making it again changes nothing", async () => {
      const own = { name: nameOf("own"), subnet: await scene().freeSubnet(), owner };
      await engine().createNetwork(own, never);
      await engine().createNetwork({ ...own, subnet: await scene().freeSubnet() }, never);
      const shared = { name: nameOf("lasting"), subnet: await scene().freeSubnet(), owner: lasting };
      await engine().createNetwork(shared, never);

      const networks = await engine().listNetworks(never);
      expect(networks).toContainEqual({ ...own, lasting: null });
      expect(networks).toContainEqual({ name: shared.name, subnet: shared.subnet, owner: null, lasting });
      expect(await engine().usedSubnets(never)).toEqual(expect.arrayContaining([own.subnet, shared.subnet]));
      await engine().removeNetwork(own.name, never);
      await engine().removeNetwork(own.name, never);
      expect((await engine().listNetworks(never)).map(({ name }) => name)).not.toContain(own.name);
    });

    test("cannot be where another one is, nor overlap it", async () => {
      const subnet = await scene().freeSubnet();
      await engine().createNetwork({ name: nameOf("first"), subnet, owner }, never);
      for (const taken of [subnet, subnet.replace(/\/\d+$/, "/29")]) {
        const again = engine().createNetwork({ name: nameOf("second"), subnet: taken, owner }, never);
        await expect(again).rejects.toBeInstanceOf(SubnetTaken);
      }
    });

    test("lets go of whoever is on it, running or not, when it is removed", async () => {
      const [going, staying] = [nameOf("going"), nameOf("staying")];
      for (const name of [going, staying]) {
        await engine().createNetwork({ name, subnet: await scene().freeSubnet(), owner }, never);
      }
      const running = await start({}, { network: going });
      const stopped = await engine().createContainer(await request({}, { network: staying }), never);
      await engine().connect(stopped, going, ["app"], never);
      await engine().connect(stopped, going, ["app"], never);

      await engine().removeNetwork(going, never);
      expect(await state(running)).toMatchObject({ status: "running" });
      await engine().startContainer(stopped, never);
      expect(await state(stopped)).toMatchObject({ status: "running" });
      await engine().disconnect(stopped, going, never);
    });

    test("is joined and left without a word where there is nothing to do", async () => {
      const name = nameOf("quiet");
      await engine().createNetwork({ name, subnet: await scene().freeSubnet(), owner }, never);
      const id = await start({});
      await engine().disconnect(id, name, never);
      await engine().connect(id, "nowhere", [], never);
      await engine().disconnect(id, "nowhere", never);
      await engine().removeContainer(id, never);
      await engine().connect(id, name, [], never);
    });
  });
}

/** The contract of volumes. */
export function volumesContract(scene: () => EngineScene): void {
  const { request, start, ended, lines, unique } = onScene(scene);
  const engine = () => scene().engine;
  const nameOf = (what: string) => `baton-${engine().instance}-i2-${what}_${unique()}`;
  const once = { kind: "init" } as const;
  const exits = [{ afterMs: 0, code: 0 }];
  const at = (volume: string, startsEmpty = false): Partial<ContainerRequest> => ({
    mounts: [{ type: "volume", volume, path: "/data", readOnly: false, startsEmpty }],
  });

  async function shown(change: Partial<ContainerRequest>): Promise<readonly string[]> {
    const id = await start({ shows: ["/data/rows"], exits }, { ...once, ...change });
    await ended(id);
    return lines(id);
  }

  describe("a volume", () => {
    test("is made once, keeps who fills it, and goes when it is asked to", async () => {
      const [plain, carried] = [nameOf("plain"), nameOf("carried")];
      await engine().createVolume({ name: plain, owner: lasting, filledBy: null }, never);
      await engine().createVolume({ name: carried, owner: lasting, filledBy: owner.deployment }, never);
      await engine().createVolume({ name: carried, owner: lasting, filledBy: null }, never);
      expect(await engine().listVolumes(never)).toEqual(expect.arrayContaining([plain, carried]));
      expect(await engine().inspectVolume(plain, never)).toEqual({ filledBy: null });
      expect(await engine().inspectVolume(carried, never)).toEqual({ filledBy: owner.deployment });
      await engine().removeVolume(plain, never);
      await engine().removeVolume(plain, never);
      expect(await engine().inspectVolume(plain, never)).toBeNull();
      expect(await engine().listVolumes(never)).not.toContain(plain);
    });

    test("of somebody else is neither seen, nor adopted, nor removed", async () => {
      const name = nameOf("foreign");
      await using _ = await scene().foreignVolume(name);
      expect(await engine().listVolumes(never)).not.toContain(name);
      expect(await engine().inspectVolume(name, never)).toBeNull();
      const adopting = engine().createVolume({ name, owner: lasting, filledBy: null }, never);
      await expect(adopting).rejects.toThrow("not this Baton's");
      await engine().removeVolume(name, never);
      await expect(engine().createVolume({ name, owner: lasting, filledBy: null }, never)).rejects.toThrow();
    });

    test("keeps what a container writes for the next one", async () => {
      const volume = nameOf("data");
      await engine().createVolume({ name: volume, owner: lasting, filledBy: null }, never);
      await ended(await start({ writes: { "/data/rows": "three" }, exits }, { ...once, ...at(volume) }));
      expect(await shown(at(volume))).toEqual(["/data/rows: three"]);
      expect(await shown({})).toEqual(["/data/rows: nothing"]);
    });

    test("is filled with what another container has in a folder", async () => {
      const from = await start({ writes: { "/data/rows": "old" }, exits }, once);
      await ended(from);
      const volume = nameOf("copy");
      await engine().createVolume({ name: volume, owner: lasting, filledBy: owner.deployment }, never);
      expect(await engine().fillVolume(volume, { container: from, path: "/data" }, owner, never)).toBe(true);
      expect(await shown(at(volume, true))).toEqual(["/data/rows: old"]);
    });

    test("is not filled from a folder, or a container, that is not there", async () => {
      const volume = nameOf("none");
      await engine().createVolume({ name: volume, owner: lasting, filledBy: null }, never);
      const container = await engine().createContainer(await request({}), never);
      expect(await engine().fillVolume(volume, { container, path: "/nowhere" }, owner, never)).toBe(false);
      await engine().removeContainer(container, never);
      expect(await engine().fillVolume(volume, { container, path: "/data" }, owner, never)).toBe(false);
    });

    test("without a name goes with its container", async () => {
      const mounts = [{ type: "anonymous", path: "/data" }] as const;
      const app = { writes: { "/data/rows": "mine" }, shows: ["/data/rows"], exits };
      const id = await start(app, { ...once, mounts });
      await ended(id);
      expect(await shown({ mounts })).toEqual(["/data/rows: nothing"]);
    });
  });
}
