import type Docker from "dockerode";
import { grantedCapabilities } from "../../model/deployment/capabilities.ts";
import type { ContainerOptions, Healthcheck, ServiceKind } from "../../model/deployment/spec.ts";
import { type HostAddress, partsOf } from "../../model/names/host-address.ts";
import type { InstanceId } from "../../model/names/ids.ts";
import { type ContainerMount, type ContainerRequest, noNetwork } from "../../ports/engine/containers.ts";
import { ownerLabels, serviceLabels } from "../host/labels.ts";

/** Returns the body of a create request. Pure. */
export function containerConfig(request: ContainerRequest, instance: InstanceId): Docker.ContainerCreateOptions {
  const port = request.publish && `${request.publish.containerPort}/tcp`;
  const { options } = request;
  const names = [request.service, ...options.aliases];
  return {
    Image: request.image,
    ...(request.command && { Cmd: [...request.command] }),
    // Docker takes an empty list to mean the image's own.
    ...(options.entrypoint && { Entrypoint: options.entrypoint.length === 0 ? [""] : [...options.entrypoint] }),
    ...(options.user !== null && { User: options.user }),
    ...(options.workingDir !== null && { WorkingDir: options.workingDir }),
    ...(options.hostname !== null && { Hostname: options.hostname }),
    ...(options.stopSignal !== null && { StopSignal: options.stopSignal }),
    ...(options.healthcheck && { Healthcheck: healthConfig(options.healthcheck) }),
    ...(options.keepsStdinOpen && { OpenStdin: true }),
    Env: Object.entries(request.environment).map(([name, value]) => `${name}=${value}`),
    Labels: {
      ...ownerLabels(instance, request.owner),
      ...serviceLabels(request.service, request.kind, request.replica),
    },
    StopTimeout: Math.ceil(request.stopGraceMs / 1000),
    ...(port && { ExposedPorts: { [port]: {} } }),
    ...(request.network !== noNetwork && {
      NetworkingConfig: {
        EndpointsConfig: { [request.network]: { Aliases: request.sharesNetwork ? [] : names } },
      },
    }),
    HostConfig: {
      // Most programs ignore SIGTERM as process 1, and none of them reaps orphans.
      Init: options.init,
      NetworkMode: request.network,
      ...(request.sharesNetwork && { ExtraHosts: names.map((name) => `${name}:127.0.0.1`) }),
      RestartPolicy: { Name: restartPolicy(request.kind) },
      ...(port && { PortBindings: { [port]: [bindingOf(request.publish.hostAddress)] } }),
      CapDrop: ["ALL"],
      CapAdd: capabilitiesOf(options),
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      // On cgroup v1 Docker defaults to the host's namespace, which shows where the container is among all others.
      ...({ CgroupnsMode: "private" } satisfies Record<string, "private">),
      PidsLimit: request.limits.pids,
      Memory: request.limits.memoryBytes,
      // The sum of memory and swap; if it is left out, Docker allows as much swap as memory.
      MemorySwap: request.limits.memoryBytes,
      ...(request.limits.cpus !== null && { NanoCpus: Math.round(request.limits.cpus * 1e9) }),
      ...(request.mounts.length > 0 && { Mounts: request.mounts.map(mountConfig) }),
      ...(options.readOnly && { ReadonlyRootfs: true }),
      ...(options.shmSizeBytes !== null && { ShmSize: options.shmSizeBytes }),
      ...(Object.keys(options.ulimits).length > 0 && { Ulimits: ulimitsOf(options) }),
      ...(Object.keys(options.sysctls).length > 0 && { Sysctls: { ...options.sysctls } }),
    },
  };
}

function bindingOf(address: HostAddress) {
  const { host, port } = partsOf(address);
  return { HostIp: host, HostPort: String(port) };
}

export function restartPolicy(kind: ServiceKind): "no" | "unless-stopped" {
  return kind === "init" ? "no" : "unless-stopped";
}

function capabilitiesOf({ capabilities: { drop, add } }: Pick<ContainerOptions, "capabilities">): string[] {
  const kept = drop.includes("ALL") ? [] : grantedCapabilities.filter((name) => !drop.includes(name));
  return [...new Set([...kept, ...add])];
}

function ulimitsOf({ ulimits }: Pick<ContainerOptions, "ulimits">) {
  return Object.entries(ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard }));
}

const nanoseconds = (ms: number) => ms * 1_000_000;

function healthConfig(check: Healthcheck): Docker.HealthConfig {
  if (check.isDisabled) return { Test: ["NONE"] };
  return {
    ...(check.test && { Test: [...check.test] }),
    ...(check.intervalMs !== null && { Interval: nanoseconds(check.intervalMs) }),
    ...(check.timeoutMs !== null && { Timeout: nanoseconds(check.timeoutMs) }),
    ...(check.retries !== null && { Retries: check.retries }),
    ...(check.startPeriodMs !== null && { StartPeriod: nanoseconds(check.startPeriodMs) }),
  };
}

function mountConfig(mount: ContainerMount): Docker.MountSettings {
  switch (mount.type) {
    case "volume":
      return {
        Type: "volume",
        Source: mount.volume,
        Target: mount.path,
        ReadOnly: mount.readOnly,
        ...(mount.startsEmpty && { VolumeOptions: { NoCopy: true } }),
      } as Docker.MountSettings;
    case "host":
      return { Type: "bind", Source: mount.source, Target: mount.path, ReadOnly: mount.readOnly };
    case "tmpfs":
      return {
        Type: "tmpfs",
        Source: "",
        Target: mount.path,
        ...(mount.sizeBytes !== null && { TmpfsOptions: { SizeBytes: mount.sizeBytes, Mode: 0o1777 } }),
      } as Docker.MountSettings;
    case "anonymous":
      return { Type: "volume", Source: "", Target: mount.path };
  }
}
