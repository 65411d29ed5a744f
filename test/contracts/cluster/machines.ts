import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { MachineId } from "../../../server/model/names/ids.ts";
import { EngineRefused } from "../../../server/ports/engine/engine.ts";
import type { ClusterMachine, Machines } from "../../../server/ports/machines.ts";

/** Two computers that know nothing of each other yet. */
export interface TwoComputers {
  /** The port on the first, for this Baton and for another one. */
  readonly machines: Machines;
  readonly ofAnother: Machines;
  /** The first one's address. */
  readonly address: string;
  readonly names: readonly [string, string];
  /** Lets the second one join. Rejects when it is refused. */
  join(token: string): Promise<void>;
  /** Starts a service of this name that runs once, on the second one if that takes services. */
  serve(name: string): Promise<void>;
  /** Cuts the second one off, and connects it again. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
}

const signal = new AbortController().signal;
const pool = "10.215.0.0/16";
const unknown = "0123456789abcdefghijklmno" as MachineId;

export function machinesContract(make: () => Promise<TwoComputers>): void {
  describe("a cluster", () => {
    it("is begun by one Baton and ended by it", async () => {
      const { machines, ofAnother, address, names } = await make();
      expect(await machines.state(signal)).toEqual({ type: "none" });
      await expect(machines.machines(signal)).rejects.toThrow(EngineRefused);
      await expect(machines.joinToken(signal)).rejects.toThrow(EngineRefused);
      await expect(machines.end(signal)).rejects.toThrow(EngineRefused);
      await machines.start({ address, pool }, signal);
      const state = await machines.state(signal);
      expect(state).toEqual({ type: "managed", address, self: expect.any(String), pools: [pool] });
      await machines.start({ address, pool }, signal);
      expect(await machines.state(signal)).toEqual(state);
      expect(await machines.machines(signal)).toEqual([
        {
          ...{ id: state.type === "managed" && state.self, name: names[0], address, role: "manager" },
          ...{ architecture: expect.any(String), dockerVersion: expect.stringMatching(/^\d+\.\d+/) },
          ...{ cpus: expect.any(Number), memoryBytes: expect.any(Number), availability: "active", status: "ready" },
          ...{ changedAt: expect.any(Date), labels: {}, tasks: [] },
        },
      ]);

      expect(await ofAnother.state(signal)).toEqual({ type: "foreign" });
      await expect(ofAnother.start({ address, pool }, signal)).rejects.toThrow(/in a cluster already/);
      await expect(ofAnother.machines(signal)).rejects.toThrow(EngineRefused);
      await expect(ofAnother.end(signal)).rejects.toThrow(EngineRefused);

      await machines.end(signal);
      expect(await machines.state(signal)).toEqual({ type: "none" });
    });

    it("is joined with its secret, until that is renewed, and left by force", async () => {
      const { machines, address, names, join } = await make();
      await machines.start({ address, pool }, signal);
      const token = await machines.joinToken(signal);
      await machines.renewJoinToken(signal);
      await expect(join(token)).rejects.toThrow();
      await join(await machines.joinToken(signal));
      const [first, second] = await ready(machines, 2);
      expect([first, second]).toMatchObject([
        { name: names[0], role: "manager" },
        { name: names[1], role: "worker", status: "ready" },
      ]);
      expect(second?.address).not.toBe(address);
      await machines.renewJoinToken(signal);
      expect(await machines.machines(signal)).toHaveLength(2);

      await expect(machines.remove(first?.id ?? unknown, signal)).rejects.toThrow(/server itself/);
      expect(await machines.remove(unknown, signal)).toBe(false);
      expect(await machines.remove(second?.id ?? unknown, signal)).toBe(true);
      expect(await machines.machines(signal)).toHaveLength(1);
    });

    it("runs nothing on a machine that is drained, and keeps its labels", async () => {
      const { machines, address, join, serve } = await make();
      await machines.start({ address, pool }, signal);
      await join(await machines.joinToken(signal));
      const [first, second] = await ready(machines, 2);
      const [one, two] = [first?.id ?? unknown, second?.id ?? unknown];
      await machines.change(one, { availability: "drain" }, signal);
      await serve("clock");
      await eventually(machines, (all) => has(all, two, "clock"));
      expect(await machines.change(two, { labels: { disk: "ssd", "zone.name": "" } }, signal)).toBe(true);
      await machines.change(two, { labels: { disk: "nvme" } }, signal);
      await machines.change(one, { availability: "active" }, signal);
      await machines.change(two, { availability: "drain" }, signal);
      const all = await eventually(machines, (now) => has(now, one, "clock") && find(now, two)?.tasks.length === 0);
      expect(find(all, one)).toMatchObject({ availability: "active", labels: {} });
      expect(find(all, two)).toMatchObject({ availability: "drain", labels: { disk: "nvme" } });
      expect(await machines.change(unknown, { availability: "drain" }, signal)).toBe(false);
    });

    it("notices that a machine is cut off, when that was, and that it is back", async () => {
      const { machines, address, join, unplug, plug } = await make();
      await machines.start({ address, pool }, signal);
      await join(await machines.joinToken(signal));
      const id = (await ready(machines, 2))[1]?.id ?? unknown;
      const before = Date.now();
      await unplug();
      const lost = find(await eventually(machines, (all) => find(all, id)?.status === "down"), id);
      expect(lost?.changedAt.getTime()).toBeGreaterThanOrEqual(before - 1_000);
      await plug();
      const back = find(await eventually(machines, (all) => find(all, id)?.status === "ready"), id);
      expect(back?.changedAt.getTime()).toBeGreaterThan(lost?.changedAt.getTime() ?? 0);
    });
  });
}

const find = (all: readonly ClusterMachine[], id: MachineId) => all.find((machine) => machine.id === id);
const has = (all: readonly ClusterMachine[], id: MachineId, service: string) =>
  find(all, id)?.tasks.some((task) => task.service === service && task.isRunning) ?? false;

const ready = (machines: Machines, count: number) =>
  eventually(machines, (all) => all.length === count && all.every(({ status }) => status === "ready"));

async function eventually(
  machines: Machines,
  isSo: (all: readonly ClusterMachine[]) => boolean,
): Promise<readonly ClusterMachine[]> {
  for (let tries = 0; ; tries += 1) {
    const all = await machines.machines(signal);
    if (isSo(all)) return all;
    if (tries > 600) throw new Error(`never so: ${JSON.stringify(all)}`);
    await delay(100);
  }
}
