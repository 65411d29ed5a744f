import { specOf } from "../model/deployment.ts";
import { servicesOf } from "../model/spec.ts";
import { containerRequest, networkName } from "../pipeline/container-request.ts";
import type { Repair } from "../rules/reconcile.ts";
import type { CaretakerNeeds } from "./needs.ts";

/** Brings a service of a live version back, on the port it had, from the image it had. */
export async function revive(
  needs: CaretakerNeeds,
  repair: Extract<Repair, { type: "revive" }>,
  signal: AbortSignal,
): Promise<void> {
  const { engine, store, limits } = needs;
  const deployment = await store.deployments.get(repair.deployment);
  const installation = await store.installations.get(repair.installation);
  const spec = deployment && specOf(deployment);
  const service = spec && servicesOf(spec).find(({ name }) => name === repair.service);
  // Replaced or stopped since it was looked at: nothing to revive any more.
  if (!spec || !service || installation?.liveDeploymentId !== repair.deployment) return;

  const owner = { product: installation.productId, installation: installation.id, deployment: repair.deployment };
  const network = networkName(needs.instance, repair.deployment);
  if (!(await engine.listNetworks(signal)).some(({ name }) => name === network)) {
    const subnet = await store.leases.subnet(
      { deployment: repair.deployment },
      limits.subnets,
      await engine.usedSubnets(signal),
    );
    await engine.createNetwork({ name: network, subnet, owner }, signal);
  }
  const hostPort =
    service.port === null
      ? null
      : await store.leases.port({ deployment: repair.deployment }, service.name, limits.ports, new Set());
  const request = containerRequest({ instance: needs.instance, owner, spec, service, network, hostPort });
  await engine.startContainer(await engine.createContainer(request, signal), signal);
  const text = `${service.name} was not running any more; it was started again`;
  await store.events.append(repair.deployment, [{ type: "warning", text }]);
}
