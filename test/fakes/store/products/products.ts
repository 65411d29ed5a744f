import type { EnvironmentId, InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import type { Installation } from "../../../../server/model/product.ts";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { InstallationCopy } from "../../../../server/ports/store/products.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { Queue } from "../deployments/queue.ts";
import { deploymentsOf, drop, type FakeRows, forgetInstallation, forgetRights } from "../rows.ts";
import { changeSource } from "./sources.ts";
import { changeChecked, changeVariables, scopeOf, sharedScopeOf, variableEntries, variablesOf } from "./variables.ts";

export function createProducts(rows: FakeRows, queue: Queue, clock: Clock, nextId: () => number): Store["products"] {
  const kept = () => [...rows.products.values()].filter(({ id }) => !rows.deletedProducts.has(id));
  const productionNow = () => [...rows.environments.values()].find(({ name }) => name === "production");
  return {
    list: async (page) =>
      kept()
        .sort((a, b) => (a.slug < b.slug ? -1 : 1))
        .filter(({ slug }) => page?.after === undefined || slug > page.after)
        .filter(({ id }) => page?.products?.includes(id) ?? true)
        .slice(0, page?.limit),
    bySlug: async (slug) => kept().find((product) => product.slug === slug) ?? null,
    get: async (id) => rows.products.get(id) ?? null,
    async create({ slug, repository, branch }) {
      if (kept().some((product) => product.slug === slug)) return null;
      const environment = productionNow();
      if (!environment) throw new Error("There is no environment named production");
      const id = nextId() as ProductId;
      const product = { id, slug, repository, watch: "wait" as const, hidesLogs: false, createdAt: clock.now() };
      const installation: Installation = {
        id: nextId() as InstallationId,
        productId: id,
        environmentId: environment.id,
        branch: branch ?? environment.branch,
        liveDeploymentId: null,
        stopped: false,
      };
      rows.products.set(id, product);
      rows.installations.set(installation.id, installation);
      return { product, installation };
    },
    async update(id, { repository, watch, hidesLogs, source = {}, branches = [] }) {
      const product = rows.products.get(id);
      const changes = {
        ...(repository !== undefined && { repository }),
        ...(watch !== undefined && { watch }),
        ...(hidesLogs !== undefined && { hidesLogs }),
      };
      if (product) rows.products.set(id, { ...product, ...changes });
      if (Object.keys(source).length > 0) changeSource(rows, id, source);
      for (const { installation, branch } of branches) {
        const own = rows.installations.get(installation);
        if (own?.productId === id) rows.installations.set(installation, { ...own, branch });
      }
    },
    variableNames: async (id) => variableEntries(rows, [id]).map(({ name }) => name),
    variableNamesOf: async (ids) =>
      new Map(
        ids
          .map((id) => [id, variableEntries(rows, [id]).map(({ name }) => name)] as const)
          .filter(([, names]) => names.length > 0),
      ),
    variableEntries: async (id) => variableEntries(rows, [id]),
    changeVariables: async (id, set, unset, marks, refuse) =>
      changeChecked(
        rows,
        id,
        () => changeVariables(rows, id, set, unset, marks),
        () => installedOf(rows, id).map((installation) => scopeOf(rows, installation)),
        refuse,
      ),
    async markDeleted(id, leaving) {
      rows.deletedProducts.add(id);
      for (const installation of rows.installations.values()) {
        if (installation.productId !== id || rows.deletedInstallations.has(installation.id)) continue;
        rows.leaving.set(installation.id, leaving);
        takeDown(rows, queue, installation.id, clock.now());
      }
    },
    deleted: async () =>
      [...rows.products.values()].filter(({ id }) => rows.deletedProducts.has(id)).sort((a, b) => a.id - b.id),
    async purge(id) {
      if (!rows.deletedProducts.delete(id)) return;
      for (const installation of [...rows.installations.values()])
        if (installation.productId === id) forgetInstallation(rows, installation.id);
      for (const table of [rows.products, rows.variables, rows.sources, rows.sourceSecrets]) table.delete(id);
      drop(rows.deliveries, ({ product }) => product === id);
      forgetRights(rows, id);
    },
  };
}

/** Frees the hosts of a deleted installation and ends its unfinished deployments. */
export function takeDown(rows: FakeRows, queue: Queue, id: InstallationId, at: Date): void {
  for (const table of [rows.domains, rows.customDomains]) drop(table, ({ installation }) => installation === id);
  for (const deployment of deploymentsOf(rows, id)) queue.requestCancel(deployment.id, at);
}

export function createEnvironments(
  rows: FakeRows,
  installations: Store["installations"],
  nextId: () => number,
): Store["environments"] {
  async function copy(environmentId: EnvironmentId, { from, branch }: InstallationCopy): Promise<void> {
    const source = rows.installations.get(from);
    const created = source && (await installations.create({ productId: source.productId, environmentId, branch }));
    if (!created) return;
    const shared = rows.variables.get(source.productId);
    const own = [...(rows.variables.get(from) ?? [])].filter(([name, { secret }]) => !secret && !shared?.has(name));
    rows.variables.set(created.id, new Map(own));
    rows.serviceSettings.set(created.id, new Map(rows.serviceSettings.get(from)));
  }
  return {
    list: async () => [...rows.environments.values()],
    get: async (id) => rows.environments.get(id) ?? null,
    async create(environment, copies = [], from = null) {
      if ([...rows.environments.values()].some(({ name }) => name === environment.name)) return null;
      const created = { ...environment, id: nextId() as EnvironmentId };
      rows.environments.set(created.id, created);
      const shared = from === null ? [] : [...(rows.variables.get(from) ?? [])];
      rows.variables.set(created.id, new Map(shared.filter(([, { secret }]) => !secret)));
      for (const one of copies) await copy(created.id, one);
      return created;
    },
    async remove(id) {
      if ([...rows.installations.values()].some(({ environmentId }) => environmentId === id)) return "in-use";
      rows.environments.delete(id);
      rows.variables.delete(id);
      return "removed";
    },
    variableEntries: async (id) => variableEntries(rows, [id]),
    variables: async (id) => variablesOf(rows, [id]),
    changeVariables: async (id, set, unset, marks, refuse) =>
      changeChecked(
        rows,
        id,
        () => changeVariables(rows, id, set, unset, marks),
        () => [sharedScopeOf(rows, id)],
        refuse,
      ),
  };
}

function installedOf(rows: FakeRows, product: ProductId): readonly InstallationId[] {
  return [...rows.installations.values()].filter(({ productId }) => productId === product).map(({ id }) => id);
}
