import type { Backup } from "../../model/backup.ts";
import type { Deployment } from "../../model/deployment/deployment.ts";
import { specOf } from "../../model/deployment/deployment.ts";
import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { containerRequest } from "../../pipeline/containers/container-request.ts";
import { provideMounts } from "../../pipeline/containers/service-mounts.ts";
import type { DataSubject } from "../../ports/backup/backup-tools.ts";
import { type ContainerMount, noNetwork } from "../../ports/engine/containers.ts";
import type { Owner } from "../../ports/engine/owner.ts";
import { type DataSource, dataSources } from "../../rules/backup/data-sources.ts";
import type { BackupContext } from "./backup-context.ts";

/** No service can have this name, so the container belongs to none; it is removed with its deployment at the latest. */
const nobody = "@drill";
/** It must not slow down the apps. */
const mostCpus = 1;
const lookEveryMs = 1_000;
const startLimitMs = 10 * 60_000;
/** How often in a row a server must answer: some images run one for their own set-up first, and stop it again. */
const looksWhenOpen = 2;
const looksWhenClosed = 30;
const lastLines = 5;

/** The service that a backup is of, as it is in the live version. */
export interface DrillSubject {
  readonly live: Deployment;
  readonly spec: DeploymentSpec;
  readonly stack: string;
  readonly service: ServiceSpec;
  readonly source: DataSource;
  readonly owner: Owner;
}

/** Null when the live version has no such service any more, or none that the backup would fit. */
export async function findDrillSubject(
  { store }: Pick<BackupContext, "store">,
  { installationId, service: name, method }: Pick<Backup, "installationId" | "service" | "method">,
): Promise<DrillSubject | null> {
  const place = await store.installations.installedProduct(installationId);
  const liveId = place?.installation.liveDeploymentId ?? null;
  const live = liveId === null ? null : await store.deployments.get(liveId);
  const spec = live && specOf(live);
  if (!place || !live || !spec) return null;
  const source = dataSources(spec).find((one) => one.service === name && one.method === method);
  const services = spec.stacks.find((stack) => stack.name === source?.stack)?.services;
  const service = services?.find((one) => one.name === name);
  if (!source || !service) return null;
  const owner = { product: place.installation.productId, installation: installationId, deployment: live.id };
  return { live, spec, stack: source.stack, service, source, owner };
}

/** Removes what a drill made, of whatever Baton began it. */
export async function removeDrills({ instance, engine }: BackupContext, signal: AbortSignal): Promise<void> {
  for (const { id, service } of await engine.listContainers({ all: true }, signal)) {
    if (service === nobody) await engine.removeContainer(id, signal);
  }
  for (const name of await engine.listVolumes(signal)) {
    if (name.startsWith(`${drillName(instance)}-`)) await engine.removeVolume(name, signal);
  }
}

/**
 * Makes a container of the service's image, with its command, variables and limits, but without a network, and with
 * empty anonymous volumes in place of its own. For the method `volume` it is not to be started: its volumes are named,
 * so that files can be unpacked into them.
 */
export async function createDrillContainer(context: BackupContext, found: DrillSubject): Promise<DataSubject> {
  const { instance, engine, signal } = context;
  const { service, source, owner } = found;
  const isVolume = source.method === "volume";
  const volumes = source.volumes.map(({ path }, at) => ({ name: `${drillName(instance)}-${at}`, path }));
  if (isVolume) for (const { name } of volumes) await engine.createVolume({ name, owner, filledBy: null }, signal);
  const mounts = isVolume
    ? volumes.map(({ name, path }) => ({ ...readOnly, volume: name, path }))
    : (await provideMounts(context, found)).map(emptied);
  const { cannotLimit } = await engine.machine(signal);
  const request = containerRequest(found, { instance, network: noNetwork, hostAddress: null, mounts });
  const container = await engine.createContainer(
    {
      ...request,
      ...{ name: drillName(instance), service: nobody, kind: "init", sharesNetwork: false },
      limits: cannotLimit.includes("processors")
        ? request.limits
        : { ...request.limits, cpus: Math.min(request.limits.cpus ?? mostCpus, mostCpus) },
    },
    signal,
  );
  return {
    ...{ service: `the drill of ${service.name}`, method: source.method, container, image: service.image },
    ...{ owner, volumes: isVolume ? volumes : [], writers: [] },
  };
}

const readOnly = { type: "volume", readOnly: true, startsEmpty: true } as const;

function emptied(mount: ContainerMount): ContainerMount {
  if (mount.type === "host") return { ...mount, readOnly: true };
  return mount.type === "volume" && !mount.readOnly ? { type: "anonymous", path: mount.path } : mount;
}

/** Resolves when the server in the container is the one that stays. */
export async function startServer(context: BackupContext, subject: DataSubject): Promise<void> {
  const { engine, clock, signal } = context;
  await engine.startContainer(subject.container, signal);
  const deadlineMs = clock.monotonicMs() + startLimitMs;
  for (let looks = 0; ; ) {
    const state = await engine.inspectContainer(subject.container, signal);
    if (!state) throw new Error("The container of the drill was removed");
    if (state.status === "exited" || state.status === "dead") throw await ended(context, subject, state);
    const ports = await engine.listeningPorts(subject.container);
    // While an image sets up its server, nothing but the container itself can reach it.
    const isOpen = ports?.some(({ loopbackOnly }) => !loopbackOnly) ?? false;
    looks = (await answers(context, subject)) ? looks + 1 : 0;
    if (looks >= (isOpen ? looksWhenOpen : looksWhenClosed)) return;
    if (clock.monotonicMs() > deadlineMs) {
      throw new Error(`The server for ${subject.service} did not answer within ten minutes`);
    }
    await clock.sleep(lookEveryMs, signal);
  }
}

async function answers({ backupTools, signal }: BackupContext, subject: DataSubject): Promise<boolean> {
  return backupTools.measure(subject, signal).then(
    () => true,
    (error: unknown) => {
      if (signal.aborted) throw error;
      return false;
    },
  );
}

async function ended(
  { engine, signal }: BackupContext,
  { container, service }: DataSubject,
  { exitCode, outOfMemory }: { readonly exitCode: number; readonly outOfMemory: boolean },
): Promise<Error> {
  const lines: string[] = [];
  const options = { follow: false, tail: lastLines, timestamps: false };
  for await (const { text } of engine.logs(container, options, signal)) lines.push(text);
  const why = outOfMemory ? "it needed more memory than it may have" : `exit code ${exitCode}`;
  return new Error([`The server for ${service} did not start (${why})`, ...lines].join("\n"));
}

const drillName = (instance: string) => `baton-${instance}-drill`;
