import { installations } from "../schema/deployments.ts";
import { environments, products } from "../schema/products.ts";

/** The columns of the model's Installation. */
export const installationColumns = {
  id: installations.id,
  productId: installations.productId,
  environmentId: installations.environmentId,
  branch: installations.branch,
  liveDeploymentId: installations.liveDeploymentId,
  stopped: installations.stopped,
};

/** The columns of the model's Product. */
export const productColumns = {
  id: products.id,
  slug: products.slug,
  repository: products.repository,
  watch: products.watch,
  hidesLogs: products.hidesLogs,
  createdAt: products.createdAt,
};

/** The columns of the model's Environment. */
export const environmentColumns = {
  id: environments.id,
  name: environments.name,
  domain: environments.domain,
  branch: environments.branch,
};
