import type { Ready } from "../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { Upstream } from "../../ports/proxy.ts";
import { addressesOf } from "../routing/slots.ts";
import type { Repair } from "./repair.ts";
import { fittingReplicas, isSticky, nobodyScaled } from "./replicas.ts";
import { liveOf, type Rows, replicasIn, type World } from "./world.ts";

/** A web service of a live version that has several replicas, or had until now. */
export interface SpreadService {
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
  readonly service: ServiceSpec;
  /** The Host header of its checks. */
  readonly host: string;
  readonly wanted: number;
  readonly isSticky: boolean;
  readonly replicas: readonly ContainerState[];
  readonly upstream: Upstream | null;
}

/** The services whose requests are spread. While a deployment moves the traffic of an installation, it has none. */
export function spreadServices(rows: Rows, world: World): readonly SpreadService[] {
  return rows.installations.flatMap((installation) =>
    liveServices(installation, rows, world)
      .filter(isSpread)
      .map(({ upstream, ...one }) => ({ ...one, upstream })),
  );
}

/** Services that run once, and whose traffic goes to another address than their container has. */
export function misroutedUpstreams(installation: Installation, rows: Rows, world: World): readonly Repair[] {
  if (rows.deploying.has(installation.id)) return [];
  return liveServices(installation, rows, world).flatMap((one): readonly Repair[] => {
    const [container] = one.replicas;
    const address = container?.status === "running" ? container.hostAddress : null;
    if (isSpread(one) || address === null || one.upstream === address) return [];
    const { installation, deployment, service } = one;
    return [{ type: "update-upstream", installation, deployment, service: service.name, address }];
  });
}

/** Containers that are too many, once no request goes to them any more. */
export function surplusReplicas(installation: Installation, rows: Rows, world: World): readonly Repair[] {
  const live = readyOf(installation, rows);
  if (live === null || rows.deploying.has(installation.id)) return [];
  const wanted = wantedOf(installation, live, rows);
  const upstreams = world.upstreams.get(installation.id);
  return servicesOf(live.spec).flatMap((service) => {
    if (service.kind === "init") return [];
    const upstream = upstreams?.get(service.name);
    const served: readonly HostAddress[] = upstream === undefined ? [] : addressesOf(upstream);
    return replicasIn(world, live, service)
      .filter(({ replica }) => replica > (wanted.get(service.name) ?? 1))
      .filter(({ hostAddress }) => service.kind !== "web" || hostAddress === null || !served.includes(hostAddress))
      .map(({ replica }) => ({
        type: "remove-replica" as const,
        installation: installation.id,
        deployment: live.id,
        service: service.name,
        replica,
      }));
  });
}

function liveServices(installation: Installation, rows: Rows, world: World): readonly SpreadService[] {
  const live = readyOf(installation, rows);
  const upstreams = world.upstreams.get(installation.id);
  const isMoving = (rows.deploying.get(installation.id) ?? []).some(({ step }) => step !== "start");
  if (live === null || isMoving || !upstreams || world.current.get(installation.id) !== live.id) return [];
  const scalings = rows.scalings.get(installation.id) ?? nobodyScaled;
  const wanted = wantedOf(installation, live, rows);
  return servicesOf(live.spec).flatMap((service): readonly SpreadService[] => {
    if (service.kind !== "web") return [];
    return [
      {
        ...{ installation: installation.id, deployment: live.id, service },
        host: live.spec.routes.find((route) => route.service === service.name)?.host ?? "localhost",
        wanted: wanted.get(service.name) ?? 1,
        isSticky: isSticky(service, scalings),
        replicas: replicasIn(world, live, service),
        upstream: upstreams.get(service.name) ?? null,
      },
    ];
  });
}

function isSpread({ wanted, replicas, upstream }: SpreadService): boolean {
  return wanted > 1 || replicas.length > 1 || (upstream !== null && typeof upstream !== "string");
}

function readyOf(installation: Installation, rows: Rows): Ready | null {
  const live = liveOf(installation, rows);
  return live?.status === "ready" && !rows.restoring.has(installation.id) ? live : null;
}

function wantedOf(installation: Installation, live: Ready, rows: Rows): ReadonlyMap<string, number> {
  return fittingReplicas(servicesOf(live.spec), rows.scalings.get(installation.id) ?? nobodyScaled);
}
