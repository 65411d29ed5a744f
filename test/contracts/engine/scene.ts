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

/** An engine under test, and the surroundings that a test needs. */
export interface EngineScene extends AsyncDisposable {
  readonly engine: Engine;
  /** Retries until it does not throw, while time passes. */
  eventually<T>(attempt: () => T | Promise<T>): Promise<T>;
  /** Images that start FROM this contain the program that behaves as `behaviour.json` says. */
  readonly base: string;
  /** Additional files that every build context of an app needs. */
  readonly programFiles: Readonly<Record<string, string>>;
  freeAddress(): Promise<HostAddress>;
  freeSubnet(): Promise<string>;
  /** Another program listens at the address until it is disposed of. */
  occupy(address: HostAddress): Promise<AsyncDisposable>;
  /** A volume that belongs to another Baton or to nobody. The engine must neither list nor remove it. */
  foreignVolume(name: string): Promise<AsyncDisposable>;
  /** Removes a tag outside Baton's namespace, which the engine itself refuses to remove. */
  forgetImage(reference: string): Promise<void>;
  readonly registry: {
    /**
     * A reference that can be pulled, one that the registry lacks, one that it refuses, and one whose registry is
     * unreachable.
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

/** Shared steps of the engine's tests, on a scene that is created before each of them. */
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

  /** The image is built once for each app. */
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

  /** A request for a worker that runs this app, in a shared network unless the test gives another. */
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
      sharesNetwork: false,
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
