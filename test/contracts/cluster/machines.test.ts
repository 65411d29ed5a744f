import { createFakeMachines } from "../../fakes/cluster/fake-machines.ts";
import { machinesContract } from "./machines.ts";

machinesContract(async () => {
  let nowMs = Date.now();
  const clock = { now: () => new Date(++nowMs) };
  const fake = createFakeMachines(clock, "machine-1");
  return {
    ...{ machines: fake, ofAnother: fake.ofAnother, address: "10.0.0.1", names: ["machine-1", "machine-2"] },
    join: async (token) => void (await fake.join("machine-2", token)),
    serve: async (name) => fake.serve(name),
    unplug: async () => fake.cutOff("machine-2"),
    plug: async () => fake.connect("machine-2"),
  };
});
