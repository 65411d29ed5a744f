import type { ServiceKind } from "../../model/deployment/spec.ts";
import type { DeploymentId, InstallationId, InstanceId, ProductId } from "../../model/names/ids.ts";
import type { LastingOwner, Owner } from "../../ports/engine/owner.ts";

export type Labels = Readonly<Record<string, string>>;

export const instanceLabel = "baton.instance";
const productLabel = "baton.product";
const installationLabel = "baton.installation";
const deploymentLabel = "baton.deployment";
/** On containers only. A container inherits its image's labels, so this one tells ours from one made by hand. */
export const serviceLabel = "baton.service";
const kindLabel = "baton.kind";
/** Containers of an older Baton have none, and are the only ones of their services. */
const replicaLabel = "baton.replica";
/**
 * On volumes: the deployment that copied data into it. Until that deployment has been ready, the data does not count.
 */
const filledByLabel = "baton.filled-by";

export function ownerLabels(instance: InstanceId, owner: Owner | LastingOwner | null): Record<string, string> {
  const labels = { [instanceLabel]: instance };
  if (owner === null) return labels;
  return {
    ...labels,
    [productLabel]: String(owner.product),
    [installationLabel]: String(owner.installation),
    ...("deployment" in owner && { [deploymentLabel]: String(owner.deployment) }),
  };
}

export function serviceLabels(service: string, kind: ServiceKind, replica = 1): Record<string, string> {
  return { [serviceLabel]: service, [kindLabel]: kind, [replicaLabel]: String(replica) };
}

export function volumeLabels(
  instance: InstanceId,
  owner: LastingOwner,
  filledBy: DeploymentId | null,
): Record<string, string> {
  return { ...ownerLabels(instance, owner), ...(filledBy !== null && { [filledByLabel]: String(filledBy) }) };
}

/** The deployment that filled a volume; null when Baton did not fill it. */
export function fillerOf(labels: Labels | null | undefined): DeploymentId | null {
  return rowId(labels?.[filledByLabel]) as DeploymentId | null;
}

/** `label=value` expressions for the daemon's filters. */
export const only = {
  instance: (instance: InstanceId) => `${instanceLabel}=${instance}`,
  installation: (installation: InstallationId) => `${installationLabel}=${installation}`,
  deployment: (deployment: DeploymentId) => `${deploymentLabel}=${deployment}`,
};

export function isOf(instance: InstanceId, labels: Labels | null | undefined): boolean {
  return labels?.[instanceLabel] === instance;
}

/** Returns null when the labels name no deployment. */
export function ownerInLabels(labels: Labels | null | undefined): Owner | null {
  const lasting = lastingOwnerOf(labels);
  const deployment = rowId(labels?.[deploymentLabel]);
  if (lasting === null || deployment === null) return null;
  return { ...lasting, deployment: deployment as DeploymentId };
}

/** Returns null when the labels name no installation. */
export function lastingOwnerOf(labels: Labels | null | undefined): LastingOwner | null {
  const product = rowId(labels?.[productLabel]);
  const installation = rowId(labels?.[installationLabel]);
  if (product === null || installation === null) return null;
  return { product: product as ProductId, installation: installation as InstallationId };
}

/** The service that a container of ours runs; null for anything that Baton did not create as a container. */
export function serviceOf(
  labels: Labels | null | undefined,
): { readonly owner: Owner; readonly service: string; readonly replica: number; readonly kind: ServiceKind } | null {
  const owner = ownerInLabels(labels);
  const service = labels?.[serviceLabel];
  const kind = labels?.[kindLabel];
  if (owner === null || service === undefined || !isKind(kind)) return null;
  return { owner, service, replica: rowId(labels?.[replicaLabel]) ?? 1, kind };
}

function rowId(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

function isKind(text: string | undefined): text is ServiceKind {
  return text === "web" || text === "tcp" || text === "worker" || text === "init";
}
