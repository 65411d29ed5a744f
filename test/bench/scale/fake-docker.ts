import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A container that runs: a web service of a live version. */
export interface RunningContainer {
  readonly product: number;
  readonly installation: number;
  readonly deployment: number;
  readonly port: number;
}

/**
 * A daemon that answers what an idle Baton asks, with as many containers as it is given. A thousand real ones do not
 * fit on the machine; what is measured is the server, whose answers from a real daemon look the same.
 */
export async function startFakeDocker(socketPath: string, instance: string, running: readonly RunningContainer[]) {
  await rm(socketPath, { force: true });
  const containers = new Map(running.map((one) => [idOf(one), one]));
  const server = createServer((request, response) => answer(request, response, instance, containers));
  server.listen(socketPath);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  instance: string,
  containers: ReadonlyMap<string, RunningContainer>,
): void {
  const url = new URL(request.url ?? "/", "http://docker");
  const json = { "Content-Type": "application/json" };
  if (withoutVersion(url.pathname) === "/events") {
    response.writeHead(200, json).flushHeaders();
    return;
  }
  const body = bodyOf(url, instance, containers);
  response.writeHead(body ? 200 : 404, json).end(JSON.stringify(body ?? { message: `no such thing: ${url.pathname}` }));
}

function bodyOf(
  { pathname, searchParams }: URL,
  instance: string,
  containers: ReadonlyMap<string, RunningContainer>,
): object | null {
  const path = withoutVersion(pathname);
  const id = /^\/containers\/([0-9a-f]+)\/json$/.exec(path)?.[1] ?? "";
  const found = containers.get(id);
  if (found) return inspection(instance, id, found);
  switch (path) {
    case "/version":
      return { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12", Os: "linux" };
    case "/info":
      return { NCPU: 4, MemTotal: 8 * 1024 ** 3, CgroupDriver: "none", CgroupVersion: "1" };
    case "/networks":
      return [...containers.values()].map((one) => network(instance, one));
    case "/containers/json":
      return listed(instance, containers, searchParams.get("filters") ?? "{}");
    case "/images/json":
      return [];
    case "/volumes":
      return { Volumes: [] };
    case "/system/df":
      return {};
    default:
      return null;
  }
}

const withoutVersion = (path: string) => path.replace(/^\/v\d+\.\d+/, "");

function listed(instance: string, containers: ReadonlyMap<string, RunningContainer>, filters: string) {
  const labels: readonly string[] = JSON.parse(filters).label ?? [];
  const wanted = labels.filter((label) => /^baton\.(?:installation|deployment)=/.test(label));
  return [...containers].flatMap(([id, one]) => {
    const own = labelsOf(instance, one);
    if (!wanted.every((label) => own[label.split("=")[0] ?? ""] === label.split("=")[1])) return [];
    return [
      {
        Id: id,
        Names: [`/baton-${one.deployment}-web`],
        Image: `sha256:${"1".repeat(64)}`,
        ImageID: `sha256:${"1".repeat(64)}`,
        Command: "docker-entrypoint.sh node server.js",
        Created: 1_790_000_000,
        Ports: [{ IP: "127.0.0.2", PrivatePort: 3000, PublicPort: one.port, Type: "tcp" }],
        Labels: own,
        State: "running",
        Status: "Up 3 days",
        HostConfig: { NetworkMode: `baton-${one.deployment}` },
        NetworkSettings: { Networks: { [`baton-${one.deployment}`]: { NetworkID: id, EndpointID: id } } },
        Mounts: [],
      },
    ];
  });
}

function inspection(instance: string, id: string, one: RunningContainer) {
  return {
    Id: id,
    Name: `/baton-${one.deployment}-web`,
    Image: `sha256:${"1".repeat(64)}`,
    RestartCount: 0,
    State: { Status: "running", ExitCode: 0, OOMKilled: false, Error: "", StartedAt: "2026-11-01T12:00:00Z" },
    HostConfig: {
      PortBindings: { "3000/tcp": [{ HostIp: "127.0.0.2", HostPort: String(one.port) }] },
      Memory: 536_870_912,
      RestartPolicy: { Name: "always" },
      Mounts: [],
    },
    Config: {
      Labels: labelsOf(instance, one),
      Env: Array.from({ length: 20 }, (_, index) => `SETTING_${index}=value ${index}`),
      StopTimeout: 10,
    },
    Mounts: [],
    NetworkSettings: { Networks: {} },
  };
}

function network(instance: string, one: RunningContainer) {
  const { "baton.service": _, "baton.kind": __, ...labels } = labelsOf(instance, one);
  const subnet = `10.${214 + (one.installation >> 11)}.${(one.installation >> 3) & 255}.${(one.installation & 7) * 32}/27`;
  return { Name: `baton-${one.deployment}`, Id: idOf(one), Labels: labels, IPAM: { Config: [{ Subnet: subnet }] } };
}

function labelsOf(instance: string, { product, installation, deployment }: RunningContainer): Record<string, string> {
  return {
    "baton.instance": instance,
    "baton.product": String(product),
    "baton.installation": String(installation),
    "baton.deployment": String(deployment),
    "baton.service": "web",
    "baton.kind": "web",
  };
}

const idOf = ({ deployment }: RunningContainer) => deployment.toString(16).padStart(64, "0");
