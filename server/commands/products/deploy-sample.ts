import type { Slug } from "../../model/product.ts";
import type { Uses } from "../adapters.ts";
import { deploy } from "../deployments/deploy.ts";
import type { QueueOutcome } from "../deployments/queue-deployment.ts";
import { createProduct } from "./create-product.ts";

const branch = "main";

/**
 * Creates a product for the sample app, as its first push would, and queues its first deployment. It is for users who
 * have nothing to deploy yet.
 */
export async function deploySample(
  adapters: Parameters<typeof createProduct>[0] & Parameters<typeof deploy>[0] & Uses<"readSample">,
  slug: Slug,
  by: string,
  signal: AbortSignal,
): Promise<QueueOutcome> {
  const { git, clock, readSample } = adapters;
  const files = await readSample();
  const made = await createProduct(adapters, slug, { repository: null, branch });
  if (made.type === "refused") return made;
  const commit = { branch, files, message: "Hello", at: clock.now() };
  const sha = await git.commitFiles(made.product.id, commit, signal);
  return deploy(adapters, made.installation, { commit: sha }, by, signal);
}
