import { randomBytes } from "node:crypto";
import { createDockerEngine } from "../../server/docker/docker-engine.ts";
import { plainContainer } from "../../server/model/deployment/spec.ts";
import type { DeploymentId, ImageId, InstallationId, InstanceId, ProductId } from "../../server/model/names/ids.ts";
import type { ContainerRequest } from "../../server/ports/engine/containers.ts";
import type { Engine, EngineInfo } from "../../server/ports/engine/engine.ts";
import type { BuildOutput, BuildRequest } from "../../server/ports/engine/images.ts";
import type { Owner } from "../../server/ports/engine/owner.ts";
import { contextOf, tinyRoot } from "./tiny-image.ts";

export const never = new AbortController().signal;

export const owner: Owner = {
  product: 1 as ProductId,
  installation: 2 as InstallationId,
  deployment: 3 as DeploymentId,
};

export interface ScratchEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly instance: InstanceId;
  /** An image with `sh`, `sleep`, `cat` and the requested programs. */
  readonly tiny: { readonly id: ImageId; readonly tag: string };
}

/** The real daemon under an instance id of its own. Disposing of it removes everything with that id. */
export async function createScratchEngine(
  options: {
    readonly programs?: readonly string[];
    readonly builder?: EngineInfo["builder"];
    readonly closing?: AbortSignal;
  } = {},
): Promise<ScratchEngine> {
  const instance = randomBytes(4).toString("hex") as InstanceId;
  const engine = createDockerEngine({
    instance,
    socket: process.env.DOCKER_HOST,
    ...(options.builder && { builder: options.builder }),
    ...(options.closing && { closing: options.closing }),
  });
  const tag = `baton-${instance}/tiny:1`;
  const root = await tinyRoot(["/bin/sleep", "/bin/cat", ...(options.programs ?? [])]);
  const id = await engine.importImage(root, tag, ['CMD ["/bin/sleep", "600"]'], never);
  return { engine, instance, tiny: { id, tag }, [Symbol.asyncDispose]: () => removeAll(engine) };
}

async function removeAll(engine: Engine): Promise<void> {
  const containers = await engine.listContainers({ all: true }, never);
  await Promise.all(containers.map((container) => engine.removeContainer(container.id, never)));
  for (const network of await engine.listNetworks(never)) await engine.removeNetwork(network.name, never);
  for (const volume of await engine.listVolumes(never)) await engine.removeVolume(volume, never);
  // Newest first, because an image cannot be removed while others are based on it.
  const images = [...(await engine.listImages(never))].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  for (const tag of images.flatMap((image) => image.tags)) await engine.removeTag(tag, never);
}

export interface BuildRun {
  readonly outputs: readonly BuildOutput[];
  readonly lines: readonly string[];
  readonly steps: readonly string[];
  readonly result: Promise<ImageId>;
}

/** Starts a build; `outputs` fills while it runs. */
export function startBuild(
  { engine, instance }: ScratchEngine,
  files: Readonly<Record<string, string | Buffer>>,
  options: Partial<BuildRequest> = {},
  signal: AbortSignal = never,
  onOutput: (output: BuildOutput) => void = () => {},
): BuildRun {
  const outputs: BuildOutput[] = [];
  const request: BuildRequest = {
    context: contextOf(files),
    dockerfile: "Dockerfile",
    tag: `baton-${instance}/app:${randomBytes(4).toString("hex")}`,
    target: null,
    args: {},
    owner,
    cacheNamespace: instance,
    ...options,
  };
  const result = engine.build(
    request,
    (output) => {
      outputs.push(output);
      onOutput(output);
    },
    signal,
  );
  return {
    outputs,
    result,
    get lines() {
      return outputs.flatMap((output) => (output.type === "line" ? [output.text] : []));
    },
    get steps() {
      return outputs.flatMap((output) => (output.type === "step" ? [output.name] : []));
    },
  };
}

/** The request for a worker that sleeps, on a network that must exist. The test changes the fields that it is about. */
export function containerRequest(
  scratch: ScratchEngine,
  network: string,
  change: Partial<ContainerRequest> = {},
): ContainerRequest {
  return {
    name: `baton-${scratch.instance}-${randomBytes(4).toString("hex")}`,
    owner,
    service: "app",
    kind: "worker",
    image: scratch.tiny.id,
    command: null,
    environment: {},
    network,
    sharesNetwork: false,
    publish: null,
    limits: { memoryBytes: 64 * 1024 * 1024, pids: 32, cpus: null },
    stopGraceMs: 1_000,
    options: plainContainer,
    mounts: [],
    ...change,
  };
}
