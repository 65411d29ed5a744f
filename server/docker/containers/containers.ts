import type Docker from "dockerode";
import type { ContainerId, InstanceId } from "../../model/names/ids.ts";
import { type ContainerFilter, type ContainerState, PortTaken } from "../../ports/engine/containers.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import { ImageMissing } from "../../ports/engine/images.ts";
import type { Owner } from "../../ports/engine/owner.ts";
import type { Log } from "../../ports/log.ts";
import { type Daemon, ifThere } from "../host/daemon.ts";
import { only, serviceLabel } from "../host/labels.ts";
import { containerConfig, restartPolicy } from "./container-config.ts";
import { containerState, unpublishedAddress } from "./container-state.ts";
import { createKnownContainers } from "./known-containers.ts";
import { startFailure } from "./start-failure.ts";

type Containers = Pick<
  Engine,
  "createContainer" | "startContainer" | "stopContainer" | "removeContainer" | "inspectContainer" | "listContainers"
>;

/** How much longer than the grace period a stop may take, while the daemon kills, unmounts and disconnects. */
const stopSlackMs = 15_000;
/** The files of large containers take a while to delete. */
const removeLimitMs = 120_000;
/** Bounds parallel inspections, because each is a connection. */
const inspectionsAtATime = 8;
/** A step that runs twice can take a name, free it and take it again. */
const createTries = 3;

interface Deps {
  readonly daemon: Daemon;
  readonly instance: InstanceId;
  readonly log: Log | undefined;
  /** Containers are kept in memory until this aborts; without it, each list inspects them. */
  readonly closing?: AbortSignal | undefined;
}

/** `touch` is called when something happened to a container: it is read again before the next list. */
export function createContainers(deps: Deps): Containers & { touch(id: string): void } {
  const plain = createPlainContainers(deps);
  const { closing } = deps;
  if (!closing) return { ...plain, touch: () => {} };
  const known = createKnownContainers(
    {
      daemon: deps.daemon,
      labels: ownLabels(deps.instance),
      list: (signal) => listRaw(deps, [], signal),
      inspect: (ids, signal) => inspectAll(deps, ids, signal),
    },
    closing,
  );
  /** Also when the change fails, because it may have been made all the same. */
  const touching = async <T>(id: string, change: Promise<T>): Promise<T> => change.finally(() => known.touch(id));
  return {
    ...plain,
    touch: known.touch,
    async createContainer(request, signal) {
      const id = await plain.createContainer(request, signal);
      known.touch(id);
      return id;
    },
    startContainer: (id, signal) => touching(id, plain.startContainer(id, signal)),
    stopContainer: (id, graceMs, signal) => touching(id, plain.stopContainer(id, graceMs, signal)),
    removeContainer: (id, signal) => touching(id, plain.removeContainer(id, signal)),
    async listContainers(filter, signal) {
      if (closing.aborted) return plain.listContainers(filter, signal);
      const all = await known.all(signal);
      return "all" in filter ? all : all.filter(({ owner }) => isWanted(owner, filter));
    },
  };
}

function createPlainContainers(deps: Deps): Containers {
  const { daemon, instance } = deps;
  return {
    createContainer: (request, signal) => create(deps, request, signal),
    startContainer: (id, signal) => start(deps, id, signal),
    inspectContainer: (id, signal) => inspect(deps, id, signal),

    async listContainers(filter, signal) {
      const listed = await listRaw(deps, labelsOf(filter), signal);
      const ids = listed.map(({ Id }) => Id);
      const states = await inspectAll(deps, ids, signal);
      return ids.flatMap((id) => states.get(id) ?? []);
    },

    async stopContainer(id, graceMs, signal) {
      if ((await inspect(deps, id, signal)) !== null) await stop(deps, id, graceMs, signal);
    },

    async removeContainer(id, signal) {
      const container = await inspectRaw(daemon, id, signal);
      if (container && containerState(container, instance) !== null) await remove(daemon, id, signal);
    },
  };
}

async function inspect({ daemon, instance }: Deps, id: string, signal: AbortSignal): Promise<ContainerState | null> {
  const container = await inspectRaw(daemon, id, signal);
  return container && containerState(container, instance);
}

type CreateRequest = Parameters<Engine["createContainer"]>[0];

async function create(deps: Deps, request: CreateRequest, signal: AbortSignal): Promise<ContainerId> {
  const call = {
    method: "POST",
    path: "/containers/create",
    query: { name: request.name },
    body: containerConfig(request, deps.instance),
  } as const;
  for (let tries = 1; ; tries += 1) {
    try {
      return (await deps.daemon.ask<{ Id: ContainerId }>(call, signal)).Id;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 404 && /no such image/i.test(error.message)) {
        throw new ImageMissing(`The image of ${request.service} is gone (${request.image}).`, { cause: error });
      }
      if (error.status !== 409) throw startFailure(error);
      if (tries === createTries) throw error;
    }
    const adopted = await adopt(deps, request, signal);
    if (adopted !== null) return adopted;
  }
}

/** Adopts the container that has the name, if it is what would have been created. Null when the name is free now. */
async function adopt(
  { daemon, instance, log }: Deps,
  request: CreateRequest,
  signal: AbortSignal,
): Promise<ContainerId | null> {
  const existing = await inspectRaw(daemon, request.name, signal);
  if (existing === null) return null;
  const state = containerState(existing, instance);
  if (state === null) throw new Error(`There is a container named ${request.name} that is not this Baton's.`);
  const same =
    existing.Image === request.image &&
    state.owner.deployment === request.owner.deployment &&
    state.service === request.service &&
    // When a port turns out to be taken, the caller tries again with another one.
    state.hostAddress === (request.publish?.hostAddress ?? null);
  if (same && state.status !== "removing" && state.status !== "dead") return state.id;
  log?.info({ container: request.name, was: state.status }, "Replacing what an earlier attempt created differently");
  await remove(daemon, state.id, signal);
  return null;
}

async function start(deps: Deps, id: ContainerId, signal: AbortSignal): Promise<void> {
  const { daemon, instance } = deps;
  const container = await inspectRaw(daemon, id, signal);
  const state = container && containerState(container, instance);
  const policy = state && restartPolicy(state.kind);
  if (policy && container?.HostConfig.RestartPolicy?.Name !== policy) {
    const body = { RestartPolicy: { Name: policy } };
    await ifThere(daemon.ask({ method: "POST", path: `/containers/${id}/update`, body }, signal));
  }
  try {
    await daemon.ask({ method: "POST", path: `/containers/${id}/start` }, signal);
  } catch (error) {
    throw error instanceof Refusal ? startFailure(error) : error;
  }
  if (state?.hostAddress) await requirePort(deps, id, signal);
}

/**
 * Docker 29.7 has been seen to start a container whose host port another one held, without any port. Such a container
 * would only show by failing its health check.
 */
async function requirePort(deps: Deps, id: ContainerId, signal: AbortSignal): Promise<void> {
  const started = await inspectRaw(deps.daemon, id, signal);
  const missing = started && unpublishedAddress(started);
  if (!missing) return;
  await stop(deps, id, 0, signal);
  throw new PortTaken(`Docker started the container without publishing ${missing}; something else holds that port.`);
}

async function stop({ daemon }: Deps, id: ContainerId, graceMs: number, signal: AbortSignal): Promise<void> {
  const path = `/containers/${id}`;
  const body = { RestartPolicy: { Name: "no" } };
  await ifThere(daemon.ask({ method: "POST", path: `${path}/update`, body }, signal));
  const request = { method: "POST", path: `${path}/stop`, query: { t: Math.ceil(graceMs / 1000) } } as const;
  await ifThere(daemon.ask(request, signal, graceMs + stopSlackMs));
}

async function remove(daemon: Daemon, id: ContainerId, signal: AbortSignal): Promise<void> {
  const path = `/containers/${id}`;
  try {
    const query = { force: true, v: true };
    await ifThere(daemon.ask({ method: "DELETE", path, query }, signal, removeLimitMs));
  } catch (error) {
    const underWay = error instanceof Refusal && error.status === 409 && /already in progress/.test(error.message);
    if (!underWay) throw error;
    const gone = { method: "POST", path: `${path}/wait`, query: { condition: "removed" } } as const;
    await ifThere(daemon.ask(gone, signal, removeLimitMs));
  }
}

function listRaw(
  { daemon, instance }: Deps,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<Docker.ContainerInfo[]> {
  const filters = JSON.stringify({ label: [...ownLabels(instance), ...labels] });
  return daemon.ask({ method: "GET", path: "/containers/json", query: { all: true, filters } }, signal);
}

/** Without those that do not exist any more. */
async function inspectAll(
  deps: Deps,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ContainerState>> {
  const states = new Map<string, ContainerState>();
  for (let first = 0; first < ids.length; first += inspectionsAtATime) {
    const some = ids.slice(first, first + inspectionsAtATime);
    const inspected = await Promise.all(some.map((id) => inspect(deps, id, signal)));
    for (const [index, id] of some.entries()) {
      const state = inspected[index];
      if (state) states.set(id, state);
    }
  }
  return states;
}

const ownLabels = (instance: InstanceId) => [only.instance(instance), serviceLabel];

function isWanted(owner: Owner, filter: Exclude<ContainerFilter, { readonly all: true }>): boolean {
  return "installation" in filter ? owner.installation === filter.installation : owner.deployment === filter.deployment;
}

export function inspectRaw(
  daemon: Daemon,
  nameOrId: string,
  signal: AbortSignal,
): Promise<Docker.ContainerInspectInfo | null> {
  return ifThere(daemon.ask({ method: "GET", path: `/containers/${nameOrId}/json` }, signal));
}

function labelsOf(filter: ContainerFilter): string[] {
  if ("installation" in filter) return [only.installation(filter.installation)];
  if ("deployment" in filter) return [only.deployment(filter.deployment)];
  return [];
}
