import { Readable } from "node:stream";
import type { ContainerId, InstanceId } from "../../model/names/ids.ts";
import type { ContainerAccess, ContainerConfiguration } from "../../ports/engine/container-access.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import { daemonAddress } from "../connection.ts";
import { inspectRaw } from "../containers/containers.ts";
import { createDaemon, type Daemon, ifThere } from "../host/daemon.ts";
import { unpackInto } from "../host/fill-volume.ts";
import { isOf } from "../host/labels.ts";
import { runProgram } from "./run-program.ts";

/** Docker's own. */
const defaultCheckTimeoutMs = 30_000;

export interface ContainerAccessOptions {
  readonly instance: InstanceId;
  /** A DOCKER_HOST value; undefined means Docker's default socket. */
  readonly socket: string | undefined;
}

/** Implements ContainerAccess on Docker's API. Containers without this instance's label do not exist for it. */
export function createContainerAccess({ instance, socket }: ContainerAccessOptions): ContainerAccess {
  const daemon = createDaemon(daemonAddress(socket));

  async function inspect(id: ContainerId, signal: AbortSignal) {
    const container = await inspectRaw(daemon, id, signal);
    if (!container || !isOf(instance, container.Config.Labels)) {
      throw new Refusal(404, "There is no such container of this Baton.");
    }
    return container;
  }

  return {
    async *run(id, program, signal) {
      await inspect(id, signal);
      yield* runProgram(daemon, id, program, signal);
    },

    async configuration(id, signal) {
      const { Config } = await inspect(id, signal);
      const words = (value: string | string[] | null | undefined) =>
        typeof value === "string" ? [value] : (value ?? []);
      return {
        environment: Object.fromEntries((Config.Env ?? []).map(pairOf)),
        command: [...words(Config.Entrypoint), ...words(Config.Cmd)],
        healthcheck: healthcheckOf(Config as DeclaredChecks),
      };
    },

    async readFolder(id, path, signal) {
      await inspect(id, signal);
      try {
        const archive = { method: "GET", path: `/containers/${id}/archive`, query: { path } } as const;
        return Readable.from(await daemon.open(archive, signal), { objectMode: false });
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) return null;
        throw error;
      }
    },

    async pause(id, signal) {
      const { State } = await inspect(id, signal);
      if (State.Running && !State.Paused) await change(daemon, id, "pause", signal);
    },

    async resume(id, signal) {
      const container = await inspectRaw(daemon, id, signal);
      if (container?.State.Paused && isOf(instance, container.Config.Labels)) {
        await change(daemon, id, "unpause", signal);
      }
    },

    unpackInto: (volume, using, tar, signal) => unpackInto({ daemon, instance }, { volume, using, tar }, signal),
  };
}

async function change(daemon: Daemon, id: ContainerId, what: "pause" | "unpause", signal: AbortSignal): Promise<void> {
  await ifThere(daemon.ask({ method: "POST", path: `/containers/${id}/${what}` }, signal));
}

/** What dockerode's types lack. */
interface DeclaredChecks {
  readonly Healthcheck?: { readonly Test?: readonly string[]; readonly Timeout?: number } | null;
  readonly Shell?: readonly string[] | null;
}

function healthcheckOf({ Healthcheck, Shell }: DeclaredChecks): ContainerConfiguration["healthcheck"] {
  const [how, ...words] = Healthcheck?.Test ?? [];
  const timeoutMs = (Healthcheck?.Timeout ?? 0) / 1_000_000 || defaultCheckTimeoutMs;
  if (how === "CMD") return { command: words, timeoutMs };
  if (how === "CMD-SHELL") return { command: [...(Shell ?? ["/bin/sh", "-c"]), ...words], timeoutMs };
  return null;
}

function pairOf(line: string): readonly [name: string, value: string] {
  const [name = "", ...value] = line.split("=");
  return [name, value.join("=")];
}
