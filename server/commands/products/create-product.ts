import type { InstallationId } from "../../model/names/ids.ts";
import type { Product, Slug } from "../../model/product.ts";
import { mainHostOf } from "../../rules/routing/taken-host.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";
import { whyAddressTaken } from "./addresses.ts";
import { refusedRepository } from "./refused-repository.ts";

/** Creates a product and its installation in `production`. */
export async function createProduct(
  adapters: Uses<"store" | "git" | "domain" | "publicHost" | "allowPrivateRepositories">,
  slug: Slug,
  source: { readonly repository: string | null; readonly branch: string | null },
): Promise<{ readonly type: "created"; readonly product: Product; readonly installation: InstallationId } | Refused> {
  const { store, git, allowPrivateRepositories } = adapters;
  const { repository } = source;
  const problem = repository && refusedRepository(repository, { allowPrivate: allowPrivateRepositories });
  if (problem) return problem;
  if (await store.products.bySlug(slug)) return exists(slug);
  const production = (await store.environments.list()).find(({ name }) => name === "production");
  const taken = production && (await whyAddressTaken(adapters, mainHostOf(adapters, slug, production), null));
  if (taken) return refused("conflict", taken);
  const created = await store.products.create({ slug, ...source });
  if (!created) return exists(slug);
  await git.ensureRepository(created.product.id);
  return { type: "created", product: created.product, installation: created.installation.id };
}

function exists(slug: Slug): Refused {
  return refused("conflict", `there is already a product named "${slug}"`);
}
