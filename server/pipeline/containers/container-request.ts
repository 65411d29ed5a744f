import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId, InstanceId } from "../../model/names/ids.ts";
import type { ContainerMount, ContainerRequest } from "../../ports/engine/containers.ts";
import type { Owner } from "../../ports/engine/owner.ts";
import { runsAlone, soloSuffix } from "../../rules/rollout/solo.ts";

// Names are derived from the instance and the row, so that a step that runs twice finds what it made the first time.

export function networkName(instance: InstanceId, deployment: DeploymentId): string {
  return `baton-${instance}-d${deployment}`;
}

/** The network of an installation's stateful services, which outlives its deployments. */
export function lastingNetworkName(instance: InstanceId, installation: InstallationId): string {
  return `baton-${instance}-i${installation}`;
}

/** The network of an installation's services that run alone, one in each version. It outlives deployments as well. */
export function soloNetworkName(instance: InstanceId, installation: InstallationId): string {
  return `${lastingNetworkName(instance, installation)}${soloSuffix}`;
}

export function containerName(instance: InstanceId, deployment: DeploymentId, service: string, replica = 1): string {
  // After the service it could be the name of another one.
  return `baton-${instance}-d${deployment}${replica > 1 ? `r${replica}` : ""}-${service}`;
}

/** Named after what outlives every deployment, so that each of them finds the same data. */
export function volumeName(instance: InstanceId, installation: InstallationId, stack: string, volume: string): string {
  // Names of stacks contain no underscore, so two different pairs never give the same name.
  return `${volumePrefix(instance, installation)}${stack}_${volume}`;
}

export function volumePrefix(instance: InstanceId, installation: InstallationId): string {
  return `baton-${instance}-i${installation}-`;
}

/** A container to run. */
export interface ContainerPlan {
  /** The deployment that the container belongs to. */
  readonly owner: Owner;
  readonly spec: DeploymentSpec;
  readonly stack: string;
  readonly service: ServiceSpec;
  /** Its number among the replicas of the service, from 1; absent means 1. */
  readonly replica?: number;
}

/** The request to the engine that runs a service of a version. Pure. */
export function containerRequest(
  { owner, spec, service, replica = 1 }: Omit<ContainerPlan, "stack">,
  placed: {
    readonly instance: InstanceId;
    readonly network: string;
    /** Null for a service without a port. */
    readonly hostAddress: HostAddress | null;
    readonly mounts: readonly ContainerMount[];
  },
): ContainerRequest {
  const { instance, network, hostAddress, mounts } = placed;
  const { mounts: _, ...options } = service.container;
  return {
    name: containerName(instance, owner.deployment, service.name, replica),
    owner,
    service: service.name,
    replica,
    kind: service.kind,
    image: service.image,
    command: service.command,
    environment: environmentOf(spec, service, ownVariables(owner, spec, service, replica)),
    network,
    sharesNetwork: runsAlone(servicesOf(spec)),
    publish: service.port === null || hostAddress === null ? null : { containerPort: service.port, hostAddress },
    limits: service.limits,
    stopGraceMs: service.stopGraceMs,
    options,
    mounts,
  };
}

/**
 * The app's environment: what it needs to listen and what describes it, overridden by the user's variables. Third-party
 * images get only what the compose file gives them, since PORT or HOST may mean something else to them.
 */
function environmentOf(spec: DeploymentSpec, service: ServiceSpec, own: Environment): Environment {
  return {
    ...(service.takesVariables ? own : {}),
    ...service.environment,
    ...(service.takesVariables ? spec.variables : {}),
  };
}

type Environment = Readonly<Record<string, string>>;

function ownVariables(owner: Owner, spec: DeploymentSpec, service: ServiceSpec, replica: number): Environment {
  return {
    ...(service.port === null ? {} : { PORT: String(service.port), HOST: "0.0.0.0" }),
    BATON_DEPLOYMENT: String(owner.deployment),
    BATON_COMMIT: spec.commit,
    BATON_REPLICA: String(replica),
  };
}
