import { installations } from "../schema/deployments.ts";
import { environments, products } from "../schema/products.ts";

/** The columns that the model's Installation has. */
export const installationColumns = {
  id: installations.id,
  productId: installations.productId,
  environmentId: installations.environmentId,
  branch: installations.branch,
  liveDeploymentId: installations.liveDeploymentId,
  stopped: installations.stopped,
};

/** The columns that the model's Product has. */
export const productColumns = {
  id: products.id,
  slug: products.slug,
  repository: products.repository,
  watch: products.watch,
  createdAt: products.createdAt,
};

/** The columns that the model's Environment has. */
export const environmentColumns = {
  id: environments.id,
  name: environments.name,
  domain: environments.domain,
  branch: environments.branch,
};
