import type { InstallationId } from "../../model/names/ids.ts";
import type { Slug } from "../../model/product.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Git } from "../../ports/git.ts";
import type { Asked } from "../deployments/asked.ts";
import type { Installing } from "./installing.ts";

/** For those who have nothing at hand to deploy. */
export interface Sampling {
  /** Makes a product of the sample app, as its first push would, and queues its first deployment. */
  deploySample(slug: Slug, by: string, signal: AbortSignal): Promise<Asked>;
}

const branch = "main";

export function createSampling(needs: {
  readonly git: Git;
  readonly clock: Clock;
  /** The sample app's files, by path. */
  readonly readSample: () => Promise<ReadonlyMap<string, Buffer>>;
  readonly createProduct: Installing["createProduct"];
  readonly deploy: (id: InstallationId, commit: string, by: string, signal: AbortSignal) => Promise<Asked>;
}): Sampling {
  const { git, clock, readSample, createProduct, deploy } = needs;
  return {
    async deploySample(slug, by, signal) {
      const files = await readSample();
      const made = await createProduct(slug, { repository: null, branch });
      if (made.type === "refused") return made;
      const commit = { branch, files, message: "Hello", at: clock.now() };
      const sha = await git.commitFiles(made.product.id, commit, signal);
      return deploy(made.installation, sha, by, signal);
    },
  };
}
