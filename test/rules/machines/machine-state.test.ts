import { describe, expect, it } from "vitest";
import type { MachineFacts, MachineRecord } from "../../../server/model/machine.ts";
import type { MachineId } from "../../../server/model/names/ids.ts";
import type { ClusterMachine } from "../../../server/ports/machines.ts";
import {
  changeOfState,
  haveChanged,
  machineState,
  rememberMachines,
} from "../../../server/rules/machines/machine-state.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30, 12, 0, seconds));
const machine: ClusterMachine = {
  ...{ id: "two" as MachineId, name: "two", address: "10.0.0.2", role: "worker", architecture: "x86_64" },
  ...{ dockerVersion: "28.5.2", cpus: 2, memoryBytes: 4e9, availability: "active", status: "ready" },
  ...{ changedAt: at(0), labels: {}, tasks: [] },
};
const known: MachineRecord = { id: machine.id, name: "two", state: "ready", since: at(0), facts: {} as MachineFacts };
const tasks = [{ service: "web", isRunning: true }];

describe("a machine", () => {
  it("is in the state that people would say", () => {
    expect(machineState(machine)).toBe("ready");
    expect(machineState({ ...machine, availability: "pause" })).toBe("ready");
    expect(machineState({ ...machine, availability: "drain", tasks })).toBe("draining");
    expect(machineState({ ...machine, availability: "drain" })).toBe("drained");
    expect(machineState({ ...machine, status: "down", availability: "drain" })).toBe("lost");
    expect(machineState({ ...machine, status: "disconnected" })).toBe("lost");
    expect(machineState({ ...machine, status: "unknown" })).toBe("unknown");
  });

  it("keeps the beginning of its state while labels change", () => {
    const seen = { ...machine, changedAt: at(50), labels: { disk: "ssd" } };
    expect(rememberMachines([known], [seen], at(60))).toEqual([known]);
  });

  it("is lost since Swarm noticed it, also if Baton was away then", () => {
    const seen: ClusterMachine = { ...machine, status: "down", changedAt: at(20) };
    expect(rememberMachines([known], [seen], at(500))).toEqual([{ ...known, state: "lost", since: at(20) }]);
  });

  it("is drained since its last task ended, which Swarm does not note", () => {
    const draining: MachineRecord = { ...known, state: "draining", since: at(20) };
    const seen: ClusterMachine = { ...machine, availability: "drain", changedAt: at(20) };
    expect(rememberMachines([draining], [seen], at(45))).toEqual([{ ...known, state: "drained", since: at(45) }]);
  });

  it("never changes its state in the future, where clocks differ", () => {
    const seen: ClusterMachine = { ...machine, status: "down", changedAt: at(90) };
    expect(rememberMachines([known], [seen], at(60))).toMatchObject([{ since: at(60) }]);
  });

  it("that is new is there since Swarm knows it, and one that is gone is forgotten", () => {
    const fresh = rememberMachines([{ ...known, id: "old" as MachineId }], [machine], at(60));
    expect(fresh).toEqual([{ ...known, facts: null }]);
    expect(haveChanged([known], [])).toBe(true);
    expect(haveChanged([known], [{ ...known }])).toBe(false);
    expect(haveChanged([known], [{ ...known, name: "renamed" }])).toBe(true);
  });

  it("is logged when it comes, is lost, and is back", () => {
    const lost: MachineRecord = { ...known, state: "lost", since: at(20) };
    expect(changeOfState([], known)?.text).toBe("the machine two is in the cluster");
    expect(changeOfState([known], known)).toBeNull();
    expect(changeOfState([known], lost)).toEqual({
      ...{ isTrouble: true, text: "the machine two is lost since 2026-11-30T12:00:20.000Z" },
    });
    expect(changeOfState([lost], known)).toEqual({ isTrouble: false, text: "the machine two is back" });
    expect(changeOfState([known], { ...known, state: "drained" })?.text).toBe("the machine two is drained");
  });
});
