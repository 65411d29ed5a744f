import { plainContainer } from "../../server/model/deployment/spec.ts";
import { type HostAddress, hostAddress } from "../../server/model/names/host-address.ts";
import { contextOf } from "../docker/tiny-image.ts";
import { type App, behaviourFile } from "../fakes/docker/app.ts";
import { createFakeDocker, type FakeDocker } from "../fakes/docker/fake-docker.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";
import type { VirtualTime } from "../fakes/virtual-time.ts";
import { never, owner } from "./engine/scene.ts";

/** Runs apps as containers of the fake Docker, each with its port published. */
export interface FakeApps {
  readonly docker: FakeDocker;
  run(app: App): Promise<{ readonly address: HostAddress; stop(): Promise<void> }>;
  freeAddress(): Promise<HostAddress>;
}

export async function createFakeApps(clock: FakeClock, time: VirtualTime): Promise<FakeApps> {
  const docker = createFakeDocker(clock);
  const network = "baton-fake0000-net";
  await docker.createNetwork({ name: network, subnet: "10.214.0.0/27", owner }, never);
  let port = 20_000;
  const freeAddress = async () => hostAddress("127.0.0.2", ++port);

  const imageOf = (app: App) =>
    docker.build(
      {
        context: contextOf({ Dockerfile: "FROM scratch\n", [behaviourFile]: JSON.stringify(app) }),
        ...{ dockerfile: "Dockerfile", tag: "baton-fake0000/app:1", target: null, args: {}, owner: null },
        cacheNamespace: "",
      },
      () => {},
      never,
    );

  return {
    docker,
    freeAddress,
    async run(app) {
      const address = await freeAddress();
      const id = await docker.createContainer(
        {
          ...{ name: `baton-fake0000-${port}`, owner, service: "app", kind: "web", command: null, network },
          ...{ environment: {}, limits: { memoryBytes: 1, pids: 1, cpus: null }, stopGraceMs: 0, mounts: [] },
          ...{ options: plainContainer, sharesNetwork: false },
          image: await imageOf(app),
          publish: { containerPort: 3000, hostAddress: address },
        },
        never,
      );
      await docker.startContainer(id, never);
      return { address, stop: () => time.answered("it has stopped", docker.stopContainer(id, 0, never)) };
    },
  };
}
