import { randomBytes } from "node:crypto";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { HostAddress } from "../../../server/model/names/host-address.ts";
import type { ContainerId, DeploymentId, ImageId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import type { ContainerRequest, ContainerState, LogLine, LogOptions } from "../../../server/ports/engine/containers.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import type { BuildOutput, BuildRequest } from "../../../server/ports/engine/images.ts";
import type { Owner } from "../../../server/ports/engine/owner.ts";
import { contextOf } from "../../docker/tiny-image.ts";
import { type App, behaviourFile } from "../../fakes/docker/app.ts";

/** An engine to hold to the contract, and what a test needs around it. */
export interface EngineScene extends AsyncDisposable {
  readonly engine: Engine;
  /** Tries until it does not throw; time passes. */
  eventually<T>(attempt: () => T | Promise<T>): Promise<T>;
  /** FROM this, and the program that behaves as `behaviour.json` says is there. */
  readonly base: string;
  /** Files that every build context of an app needs besides. */
  readonly programFiles: Readonly<Record<string, string>>;
  freeAddress(): Promise<HostAddress>;
  freeSubnet(): Promise<string>;
  /** Another program listens there until it is disposed of. */
  occupy(address: HostAddress): Promise<AsyncDisposable>;
  /** Something of another Baton, or of nobody: not to be seen and not to be touched. */
  foreignVolume(name: string): Promise<AsyncDisposable>;
  /** Takes a name away that is not Baton's, and so cannot be removed by it. */
  forgetImage(reference: string): Promise<void>;
  readonly registry: {
    /**
     * A reference that can be pulled, one that the registry does not have, one that it refuses, and one without a
     * registry.
     */
    readonly has: string;
    readonly misses: string;
    readonly refuses: string;
    readonly unreachable: string;
  };
  /** An engine of the same kind whose daemon does not answer. */
  readonly away: Engine;
}

export const never = new AbortController().signal;

export const owner: Owner = {
  product: 1 as ProductId,
  installation: 2 as InstallationId,
  deployment: 3 as DeploymentId,
};

/** The verbs of the engine's tests, on a scene that is made before them. */
export function onScene(scene: () => EngineScene) {
  const images = new Map<string, Promise<ImageId>>();
  const engine = () => scene().engine;
  const unique = () => randomBytes(4).toString("hex");

  async function build(
    files: Readonly<Record<string, string>>,
    change: Partial<BuildRequest> = {},
    signal = never,
    onOutput: (output: BuildOutput) => void = () => {},
  ): Promise<ImageId> {
    const request: BuildRequest = {
      context: contextOf(files),
      dockerfile: "Dockerfile",
      tag: `baton-${engine().instance}/app:${unique()}`,
      target: null,
      args: {},
      owner,
      cacheNamespace: engine().instance,
      ...change,
    };
    return engine().build(request, onOutput, signal);
  }

  function filesOf(app: App, lines: readonly string[] = []): Readonly<Record<string, string>> {
    const { base, programFiles } = scene();
    const command = 'CMD ["/bin/node", "/app/behave.cjs"]';
    return {
      Dockerfile: `${[`FROM ${base}`, "COPY . /app", ...lines, command].join("\n")}\n`,
      ...programFiles,
      [behaviourFile]: JSON.stringify(app),
    };
  }

  /** Once for each app. */
  function imageOf(app: App, lines: readonly string[] = []): Promise<ImageId> {
    const key = JSON.stringify([app, lines]);
    const image = images.get(key) ?? build(filesOf(app, lines));
    images.set(key, image);
    return image;
  }

  async function network(): Promise<string> {
    const name = `baton-${engine().instance}-net-${unique()}`;
    await engine().createNetwork({ name, subnet: await scene().freeSubnet(), owner }, never);
    return name;
  }

  let shared: Promise<string> | null = null;
  function sharedNetwork(): Promise<string> {
    shared ??= network();
    return shared;
  }

  /** A worker of this app, on a network with others unless one is given. */
  async function request(app: App, change: Partial<ContainerRequest> = {}): Promise<ContainerRequest> {
    return {
      name: `baton-${engine().instance}-${unique()}`,
      owner,
      service: "app",
      kind: "worker",
      image: change.image ?? (await imageOf(app)),
      command: null,
      environment: {},
      network: change.network ?? (await sharedNetwork()),
      publish: null,
      limits: { memoryBytes: 128 * 1024 * 1024, pids: 64, cpus: null },
      stopGraceMs: 1_000,
      options: plainContainer,
      mounts: [],
      ...change,
    };
  }

  async function start(app: App, change: Partial<ContainerRequest> = {}): Promise<ContainerId> {
    const id = await engine().createContainer(await request(app, change), never);
    await engine().startContainer(id, never);
    return id;
  }

  async function state(id: ContainerId): Promise<ContainerState> {
    const found = await engine().inspectContainer(id, never);
    if (!found) throw new Error(`the container ${id} is gone`);
    return found;
  }

  async function ended(id: ContainerId): Promise<ContainerState> {
    return scene().eventually(async () => {
      const now = await state(id);
      if (now.status !== "exited") throw new Error(`it is ${now.status}`);
      return now;
    });
  }

  async function lines(id: ContainerId, options: Partial<LogOptions> = {}): Promise<readonly string[]> {
    const read: LogLine[] = [];
    const all = { follow: false, tail: null, timestamps: false, ...options };
    for await (const line of engine().logs(id, all, never)) read.push(line);
    return read.map(({ text }) => text);
  }

  return { build, filesOf, imageOf, network, request, start, state, ended, lines, unique };
}
