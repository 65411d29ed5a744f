import { installations } from "../schema/deployments.ts";

/** The columns that the model's Installation has. */
export const installationColumns = {
  id: installations.id,
  productId: installations.productId,
  environmentId: installations.environmentId,
  branch: installations.branch,
  liveDeploymentId: installations.liveDeploymentId,
  stopped: installations.stopped,
};
