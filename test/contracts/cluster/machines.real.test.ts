import { afterAll, beforeAll, onTestFinished } from "vitest";
import { daemonAddress } from "../../../server/docker/connection.ts";
import { createDaemon } from "../../../server/docker/host/daemon.ts";
import type { InstanceId } from "../../../server/model/names/ids.ts";
import { createSwarmMachines } from "../../../server/swarm/swarm-machines.ts";
import { type Lan, startLan, tinyImage } from "../../swarm/lan.ts";
import { machinesContract, type TwoComputers } from "./machines.ts";

let lan: Lan;
beforeAll(async () => {
  lan = await startLan(2);
});
afterAll(() => lan[Symbol.asyncDispose]());

machinesContract(async (): Promise<TwoComputers> => {
  const [first, second] = lan.computers;
  if (!first || !second) throw new Error("there are not two");
  onTestFinished(async () => {
    await second.plug();
    for (const computer of [second, first]) await computer.leave();
  });
  const daemon = createDaemon(daemonAddress(first.socket));
  return {
    machines: createSwarmMachines({ daemon, instance: "test0001" as InstanceId }),
    ofAnother: createSwarmMachines({ daemon, instance: "test0002" as InstanceId }),
    address: first.address,
    names: [first.name, second.name],
    async join(token) {
      const at = ["--listen-addr", `${second.address}:2377`, "--advertise-addr", second.address];
      await second.run("docker", ["swarm", "join", "--token", token, ...at, `${first.address}:2377`]);
    },
    async serve(name) {
      const { Id } = await first.docker.getImage(tinyImage).inspect();
      await first.docker.createService({
        Name: name,
        // By id, so that no machine looks for a registry.
        TaskTemplate: { ContainerSpec: { Image: Id, Command: ["sleep", "1000"], Init: true } },
        Mode: { Replicated: { Replicas: 1 } },
      });
    },
    unplug: second.unplug,
    plug: second.plug,
  };
});
