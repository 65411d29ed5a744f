import type { InstanceId } from "../model/names/ids.ts";
import type { EngineEvent } from "../ports/engine/containers.ts";
import type { Engine, EngineInfo } from "../ports/engine/engine.ts";
import type { Log } from "../ports/log.ts";
import { createBuild } from "./build/build.ts";
import { createPruneBuildCache } from "./build/build-cache.ts";
import { daemonAddress } from "./connection.ts";
import { createContainers } from "./containers/containers.ts";
import { createListeningPorts } from "./containers/listening-ports.ts";
import { readLogs } from "./containers/logs.ts";
import { readEvents } from "./events.ts";
import { createDaemon } from "./host/daemon.ts";
import { readDiskUsage } from "./host/disk-usage.ts";
import { createFillVolume } from "./host/fill-volume.ts";
import { createNetworks } from "./host/networks.ts";
import { readInfo, readMachine } from "./host/version.ts";
import { createVolumes } from "./host/volumes.ts";
import { createImages } from "./images/images.ts";
import { createPull } from "./images/pull.ts";

export interface DockerEngineOptions {
  readonly instance: InstanceId;
  /** A DOCKER_HOST value; undefined means Docker's default socket. */
  readonly socket: string | undefined;
  /** Overrides the choice of the best builder that the daemon has. */
  readonly builder?: EngineInfo["builder"];
  readonly log?: Log;
  /**
   * For a process that lives long and looks often: containers are kept in memory and kept current from the daemon's
   * events, until this aborts.
   */
  readonly closing?: AbortSignal;
}

/** What is read after an event is at least as new as the event. */
async function* heeding(events: AsyncIterable<EngineEvent>, touch: (id: string) => void): AsyncIterable<EngineEvent> {
  for await (const event of events) {
    touch(event.container);
    yield event;
  }
}

/**
 * Implements the Engine port on Docker's API. Objects without this instance's label are ignored: they
 * are never listed, inspected, stopped or removed.
 */
export function createDockerEngine({ instance, socket, builder, log, closing }: DockerEngineOptions): Engine {
  const daemon = createDaemon(daemonAddress(socket));
  const ours = { daemon, instance };
  const { touch, ...containers } = createContainers({ ...ours, log, closing });
  return {
    instance,
    diskUsage: (signal) => readDiskUsage(ours, signal),
    info: async (signal) => ({ ...(await readInfo(daemon, signal)), ...(builder && { builder }) }),
    machine: (signal) => readMachine(daemon, signal),
    build: createBuild({ ...ours, builder }),
    pruneBuildCache: createPruneBuildCache(daemon),
    pull: createPull(daemon),
    ...createImages(ours),
    ...createNetworks(ours),
    ...containers,
    listeningPorts: createListeningPorts(daemon),
    logs: (id, options, signal) => readLogs(daemon, id, options, signal),
    events: (signal) => heeding(readEvents(daemon, instance, signal), touch),
    ...createVolumes(ours),
    fillVolume: createFillVolume(ours),
  };
}
