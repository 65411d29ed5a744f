import type { DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";

/** The owner of a resource in Docker. It is stored as labels and returned by lists. */
export interface Owner {
  readonly product: ProductId;
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
}

/** The owner of what outlives a deployment: an installation's own network and its volumes. */
export interface LastingOwner {
  readonly product: ProductId;
  readonly installation: InstallationId;
}
