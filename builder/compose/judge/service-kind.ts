import type { ServiceKind } from "../../../server/model/deployment/spec.ts";
import type { ComposeProject, ComposeService } from "../project/compose-project.ts";
import { dataImages, debuggerPorts, imageName, otherThanHttp } from "./well-known.ts";

export interface KindDecision {
  readonly kind: ServiceKind;
  /** The port inside the container. Null for kinds without a port, and where only the image can tell. */
  readonly port: number | null;
  /** The reason in words, for the log and the page: "publishes port 3000". */
  readonly reason: string;
}

/** The facts about a service that the rules look at. */
interface Facts {
  readonly service: ComposeService;
  readonly project: ComposeProject;
  readonly published: readonly number[];
  readonly exposed: readonly number[];
  readonly dataImage: { readonly port: number; readonly what: string } | null;
  readonly dockerfilePorts: DockerfilePorts;
}

/** Maps the name of a service to the TCP port that its Dockerfile exposes. */
export type DockerfilePorts = ReadonlyMap<string, number>;

type Rule = (facts: Facts) => KindDecision | null;

/** The rules in order; the first one that returns a decision wins. */
const rules: readonly Rule[] = [
  saidByXBaton,
  awaitedToItsEnd,
  portSaidByXBaton,
  imageOfData,
  publishesPort,
  namedToProxy,
  exposesPort,
  onlyFrontDoor,
  runsOnce,
  hasNoPort,
];

export function kindOf(
  service: ComposeService,
  project: ComposeProject,
  dockerfilePorts: DockerfilePorts = new Map(),
): KindDecision {
  const facts: Facts = {
    service,
    project,
    published: publishedPorts(service),
    exposed: service.expose,
    dockerfilePorts,
    dataImage: (service.source.type === "image" && dataImages.get(imageName(service.source.reference))) || null,
  };
  for (const rule of rules) {
    const decision = rule(facts);
    if (decision) return decision;
  }
  throw new Error(`no rule decides on ${service.name}`);
}

function saidByXBaton(facts: Facts): KindDecision | null {
  const { kind, port } = facts.service.xBaton;
  const reason = `x-baton says ${kind}`;
  switch (kind) {
    case null:
      return null;
    case "web":
      return { kind, port: port ?? proxyPort(facts.service) ?? httpPort(facts) ?? facts.published[0] ?? null, reason };
    case "tcp":
      return { kind, port: port ?? facts.dataImage?.port ?? [...facts.published, ...facts.exposed][0] ?? null, reason };
    case "worker":
    case "init":
      return { kind, port: null, reason };
  }
}

function awaitedToItsEnd({ service, project }: Facts): KindDecision | null {
  const waiting = project.services.find(({ dependsOn }) =>
    dependsOn.some((each) => each.service === service.name && each.condition === "completed"),
  );
  return waiting ? { kind: "init", port: null, reason: `${waiting.name} waits until it has completed` } : null;
}

function portSaidByXBaton({ service, dataImage }: Facts): KindDecision | null {
  const { port } = service.xBaton;
  if (port === null) return null;
  const kind = dataImage || otherThanHttp.has(port) ? "tcp" : "web";
  return { kind, port, reason: `x-baton says port ${port}` };
}

function imageOfData({ dataImage, published, exposed }: Facts): KindDecision | null {
  if (!dataImage) return null;
  const named = [...published, ...exposed];
  const port = named.includes(dataImage.port)
    ? dataImage.port
    : (named.find((each) => otherThanHttp.has(each)) ?? dataImage.port);
  return { kind: "tcp", port, reason: `its image is ${dataImage.what}` };
}

function publishesPort(facts: Facts): KindDecision | null {
  const [first] = facts.published;
  if (first === undefined) return null;
  const http = httpPortOf(facts.published);
  if (http === null) return { kind: "tcp", port: first, reason: `publishes port ${first}, which is not an HTTP port` };
  const others = facts.published.filter((port) => port !== http);
  const unserved = others.length > 0 ? `; not served: ${others.join(", ")}` : "";
  return { kind: "web", port: http, reason: `publishes port ${http}${unserved}` };
}

function namedToProxy({ service }: Facts): KindDecision | null {
  const port = proxyPort(service);
  return port === null ? null : { kind: "web", port, reason: `its labels tell a proxy to use port ${port}` };
}

/** Treats exposed ports as meant for the other services, unless no service in the file is meant for users. */
function exposesPort({ exposed, project }: Facts): KindDecision | null {
  const [first] = exposed;
  if (first === undefined) return null;
  const http = httpPortOf(exposed);
  const isFrontDoor = http !== null && !project.services.some(isForUsers);
  return isFrontDoor
    ? { kind: "web", port: http, reason: `exposes port ${http}, and no service of the file publishes one` }
    : { kind: "tcp", port: first, reason: `exposes port ${first} to the other services` };
}

/**
 * Treats a Dockerfile's EXPOSE as a web port only where the file names no port for users and exactly one service is
 * started by its Dockerfile's command. EXPOSE alone says little, because workers are often built from the same
 * Dockerfile.
 */
function onlyFrontDoor({ service, project, dockerfilePorts }: Facts): KindDecision | null {
  const namesPorts = project.services.some((each) => isForUsers(each) || httpPortOf(each.expose) !== null);
  if (namesPorts) return null;
  const candidates = project.services.filter(
    ({ name, command, container }) =>
      command === null && container.entrypoint === null && isHttp(dockerfilePorts.get(name)),
  );
  const port = dockerfilePorts.get(service.name) ?? null;
  if (candidates.length !== 1 || candidates[0] !== service) return null;
  return { kind: "web", port, reason: `its Dockerfile exposes port ${port}, and no service of the file publishes one` };
}

function isHttp(port: number | undefined): boolean {
  return port !== undefined && httpPortOf([port]) !== null;
}

/**
 * Takes a service for a job when it says `restart: "no"` and other services of the file are restarted. `"no"` is
 * Compose's default, so writing it out means something. A service with a health check is no job.
 */
function runsOnce({ service, project }: Facts): KindDecision | null {
  const { healthcheck } = service.container;
  const isKeptUp = service.restart !== "no" || (healthcheck !== null && !healthcheck.isDisabled);
  const isOneOfMany = project.services.some(({ restart }) => restart !== "no");
  const isExpectedUp = project.services.some(({ dependsOn }) =>
    dependsOn.some((each) => each.service === service.name && each.condition === "healthy"),
  );
  if (isKeptUp || !isOneOfMany || isExpectedUp) return null;
  return { kind: "init", port: null, reason: 'restart: "no" and no port: it runs once, to completion' };
}

function hasNoPort(): KindDecision {
  return { kind: "worker", port: null, reason: "names no port" };
}

function isForUsers(service: ComposeService): boolean {
  const isData = service.source.type === "image" && dataImages.has(imageName(service.source.reference));
  return (
    service.xBaton.kind === "web" ||
    proxyPort(service) !== null ||
    (!isData && httpPortOf(publishedPorts(service)) !== null)
  );
}

function publishedPorts({ ports }: ComposeService): readonly number[] {
  return ports.filter(({ protocol }) => protocol === "tcp").map(({ container }) => container);
}

function httpPort({ published, exposed }: Facts): number | null {
  return httpPortOf(published) ?? httpPortOf(exposed);
}

function httpPortOf(ports: readonly number[]): number | null {
  const candidates = ports.filter((port) => !otherThanHttp.has(port));
  return candidates.find((port) => !debuggerPorts.has(port)) ?? candidates[0] ?? null;
}

/** Reads the port from Traefik's labels, because files written for Traefik publish no ports. */
function proxyPort({ labels }: ComposeService): number | null {
  const [, port] =
    Object.entries(labels).find(([name]) =>
      /^traefik\.http\.services\.[^.]+\.loadbalancer\.server\.port$/.test(name),
    ) ?? [];
  return port !== undefined && /^\d{1,5}$/.test(port) ? Number(port) : null;
}
