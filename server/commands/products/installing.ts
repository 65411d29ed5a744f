import type { InstallationId } from "../../model/names/ids.ts";
import { type Installation, type Product, parseSlug, type Slug } from "../../model/product.ts";
import type { Git } from "../../ports/git.ts";
import type { Leaving, Store } from "../../ports/store/store.ts";
import { type Refused, refused } from "../refused.ts";
import { refusedRepository } from "../sources/repository.ts";
import type { Addresses } from "./addresses.ts";

/** What is where: products come and go, and so do their installations. */
export interface Installing {
  /** With its installation in `production`. */
  createProduct(
    slug: Slug,
    source: { readonly repository: string | null; readonly branch: string | null },
  ): Promise<{ readonly type: "created"; readonly product: Product; readonly installation: InstallationId } | Refused>;
  /** Deployments are cancelled, routes, containers, images, repository and rows removed; volumes when that was asked for. */
  deleteProduct(product: Product, leaving: Leaving): Promise<void>;
  /** Puts a product into another environment; nothing is deployed yet. `branch` null: what the environment tracks. */
  install(place: {
    readonly product: string;
    readonly environment: string;
    readonly branch: string | null;
  }): Promise<{ readonly type: "installed"; readonly installation: Installation } | Refused>;
  /** Like `deleteProduct`, for one place. The product, its repository and its other installations stay. */
  uninstall(id: InstallationId, leaving: Leaving): Promise<void>;
}

export function createInstalling(needs: {
  readonly store: Store;
  readonly git: Git;
  readonly addresses: Addresses;
  /** Repositories may be in private networks. */
  readonly allowPrivateRepositories: boolean;
  readonly wakeQueue: () => void;
  readonly wakeReconciler: () => void;
}): Installing {
  const { store, git, addresses, allowPrivateRepositories, wakeQueue, wakeReconciler } = needs;

  const environmentNamed = async (name: string) =>
    (await store.environments.list()).find((environment) => environment.name === name) ?? null;

  return {
    async createProduct(slug, source) {
      const { repository } = source;
      const problem = repository && refusedRepository(repository, { allowPrivate: allowPrivateRepositories });
      if (problem) return problem;
      if (await store.products.bySlug(slug)) return exists(slug);
      const production = await environmentNamed("production");
      const taken = production && (await addresses.takenBy(addresses.mainHostOf(slug, production), null));
      if (taken) return refused("conflict", taken);
      const created = await store.products.create({ slug, ...source });
      if (!created) return exists(slug);
      await git.ensureRepository(created.product.id);
      return { type: "created", product: created.product, installation: created.installation.id };
    },

    async deleteProduct(product, leaving) {
      await store.products.markDeleted(product.id, leaving);
      wakeQueue();
      wakeReconciler();
    },

    async install({ product: slug, environment: name, branch }) {
      const parsed = parseSlug(slug);
      const product = parsed && (await store.products.bySlug(parsed));
      if (!product) return refused("not_found", `there is no product "${slug}"`);
      const environment = await environmentNamed(name);
      if (!environment) return refused("not_found", `there is no environment "${name}"`);
      const installed = await store.installations.ofProduct(product.id);
      if (installed.some(({ environmentId }) => environmentId === environment.id)) return isThere(slug, name);
      const taken = await addresses.takenBy(addresses.mainHostOf(slug, environment), null);
      if (taken) return refused("conflict", taken);
      const installation = await store.installations.create({
        productId: product.id,
        environmentId: environment.id,
        branch: branch ?? environment.branch,
      });
      return installation ? { type: "installed", installation } : isThere(slug, name);
    },

    async uninstall(id, leaving) {
      await store.installations.markDeleted(id, leaving);
      wakeQueue();
      wakeReconciler();
    },
  };
}

function exists(slug: Slug): Refused {
  return refused("conflict", `there is already a product named "${slug}"`);
}

function isThere(product: string, environment: string): Refused {
  return refused("conflict", `${product} is already installed in ${environment}`);
}
