import type Docker from "dockerode";
import type { InstanceId } from "../model/ids.ts";
import type { ServiceKind } from "../model/spec.ts";
import type { ContainerRequest } from "../ports/engine.ts";
import { ownerLabels, serviceLabels } from "./labels.ts";

/**
 * What images expect that start as root, prepare their files, and go on as somebody else. Docker's own default has
 * more: raw sockets, device nodes, chroot, writing to the audit log, capabilities on files.
 */
const capabilities = [
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "NET_BIND_SERVICE",
  "SETGID",
  "SETPCAP",
  "SETUID",
];

/** The body of a create request. Pure. */
export function containerConfig(request: ContainerRequest, instance: InstanceId): Docker.ContainerCreateOptions {
  const port = request.publish && `${request.publish.containerPort}/tcp`;
  return {
    Image: request.image,
    ...(request.command && { Cmd: [...request.command] }),
    Env: Object.entries(request.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...ownerLabels(instance, request.owner), ...serviceLabels(request.service, request.kind) },
    StopTimeout: Math.ceil(request.stopGraceMs / 1000),
    ...(port && { ExposedPorts: { [port]: {} } }),
    NetworkingConfig: { EndpointsConfig: { [request.network]: { Aliases: [request.service] } } },
    HostConfig: {
      // Most programs ignore SIGTERM as process 1, and none of them reaps orphans.
      Init: true,
      NetworkMode: request.network,
      RestartPolicy: { Name: restartPolicy(request.kind) },
      ...(port && { PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: String(request.publish.hostPort) }] } }),
      CapDrop: ["ALL"],
      CapAdd: capabilities,
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      PidsLimit: request.limits.pids,
      Memory: request.limits.memoryBytes,
      // The sum of memory and swap: as much again as memory if it is left out.
      MemorySwap: request.limits.memoryBytes,
      ...(request.limits.cpus !== null && { NanoCpus: Math.round(request.limits.cpus * 1e9) }),
    },
  };
}

function restartPolicy(kind: ServiceKind): "no" | "unless-stopped" {
  return kind === "init" ? "no" : "unless-stopped";
}
