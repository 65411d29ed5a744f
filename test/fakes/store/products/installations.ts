import { isDeepStrictEqual } from "node:util";
import { dismissalOf } from "../../../../server/model/deployment/dismissal.ts";
import type { InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import type { Installation, InstalledProduct } from "../../../../server/model/product.ts";
import { nothingSet } from "../../../../server/model/service-settings.ts";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { hasRunning, type Queue } from "../deployments/queue.ts";
import { deploymentsOf, type FakeRows, forgetInstallation, isGone } from "../rows.ts";
import { takeDown } from "./products.ts";
import {
  buildMarks,
  changeChecked,
  changeVariables,
  holdersOf,
  scopeOf,
  variableEntries,
  variablesOf,
} from "./variables.ts";

export function createInstallations(
  rows: FakeRows,
  queue: Queue,
  clock: Clock,
  nextId: () => number,
): Store["installations"] {
  const all = () => [...rows.installations.values()].sort((a, b) => a.id - b.id);
  const change = (id: InstallationId, changes: Partial<Installation>) => {
    const installation = rows.installations.get(id);
    if (installation) rows.installations.set(id, { ...installation, ...changes });
  };
  const ofProduct = (product: ProductId) =>
    all().filter(({ id, productId }) => productId === product && !rows.deletedInstallations.has(id));
  const installedProduct = (id: InstallationId): InstalledProduct | null => {
    const installation = rows.installations.get(id);
    const product = installation && rows.products.get(installation.productId);
    const environment = installation && rows.environments.get(installation.environmentId);
    return installation && product && environment ? { installation, product, environment } : null;
  };
  const holders = (id: InstallationId) => holdersOf(rows, id);
  const entries = (id: InstallationId) => variableEntries(rows, holders(id));

  return {
    list: async () => all().filter(({ id }) => !isGone(rows, id)),
    get: async (id) => rows.installations.get(id) ?? null,
    async installedProduct(id) {
      const installed = installedProduct(id);
      return installed && { ...installed, isDeleted: isGone(rows, id) };
    },
    installedProducts: async ({ products, ids, after, limit } = {}) =>
      all()
        .filter(({ id, productId }) => !isGone(rows, id) && (products?.includes(productId) ?? true))
        .filter(({ id }) => (ids?.includes(id) ?? true) && (after === undefined || id > after))
        .flatMap(({ id }) => installedProduct(id) ?? [])
        .slice(0, limit),
    overview: async (deployments) =>
      all()
        .filter(({ id }) => !isGone(rows, id))
        .filter(({ id }) => deployments?.some((one) => rows.deployments.get(one)?.installationId === id) ?? true)
        .flatMap(({ id }) => installedProduct(id) ?? [])
        .map((installed) => {
          const last = deploymentsOf(rows, installed.installation.id).at(-1);
          const dismissed = last && rows.settings.get(dismissalOf(last));
          const newest = last && { id: last.id, number: last.number, status: last.status, createdAt: last.createdAt };
          return {
            ...installed,
            newest: newest ?? null,
            isDismissed: last !== undefined && dismissed === String(last.id),
          };
        }),
    ofProduct: async (product) => ofProduct(product),
    async create({ productId, environmentId, branch }) {
      const isTaken = all().some(
        (row) =>
          row.productId === productId && row.environmentId === environmentId && !rows.deletedInstallations.has(row.id),
      );
      if (isTaken || !rows.products.has(productId) || rows.deletedProducts.has(productId)) return null;
      const id = nextId() as InstallationId;
      const installation = { id, productId, environmentId, branch, liveDeploymentId: null, stopped: false };
      rows.installations.set(id, installation);
      return installation;
    },
    async markDeleted(id, leaving) {
      if (!rows.installations.has(id)) return;
      rows.deletedInstallations.add(id);
      rows.leaving.set(id, leaving);
      takeDown(rows, queue, id, clock.now());
    },
    deleted: async () =>
      all()
        .filter(({ id }) => isGone(rows, id))
        .map((installation) => ({ ...installation, ...(rows.leaving.get(installation.id) ?? { keepVolumes: true }) })),
    async purge(id) {
      if (isGone(rows, id)) forgetInstallation(rows, id);
    },
    async setBranch(id, branch) {
      change(id, { branch });
    },
    async trackFirst(product, branch) {
      for (const { id, productId, branch: own } of all())
        if (productId === product && own === null) change(id, { branch });
      return ofProduct(product);
    },
    serviceSettings: async (id) =>
      new Map([...(rows.serviceSettings.get(id) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))),
    serviceSettingsOf: async (ids) =>
      new Map(
        ids
          .map(
            (id) =>
              [id, new Map([...(rows.serviceSettings.get(id) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)))] as const,
          )
          .filter(([, settings]) => settings.size > 0),
      ),
    scalings: async (id) => new Map(rows.scalings.get(id)),
    allScalings: async () => new Map([...rows.scalings].map(([id, all]) => [id, new Map(all)])),
    async setScaling(id, service, changes) {
      const scaling = { replicas: null, sticky: null, ...rows.scalings.get(id)?.get(service), ...changes };
      const own = new Map(rows.scalings.get(id)).set(service, scaling);
      if (scaling.replicas === null && scaling.sticky === null) own.delete(service);
      if (own.size > 0) rows.scalings.set(id, own);
      else rows.scalings.delete(id);
    },
    async setServiceSettings(id, service, changes) {
      const settings = { ...nothingSet, ...rows.serviceSettings.get(id)?.get(service), ...changes };
      const { path, cpus, memoryBytes, ...counts } = settings;
      const positive = [cpus, memoryBytes, ...Object.values(counts)];
      if (positive.some((value) => value !== null && value <= 0) || path?.startsWith("/") === false)
        throw new Error("The database refused a statement: service_settings");
      const own = new Map(rows.serviceSettings.get(id)).set(service, settings);
      if (isDeepStrictEqual(settings, nothingSet)) own.delete(service);
      rows.serviceSettings.set(id, own);
    },
    async stop(id, at, by) {
      if (hasRunning(rows, id)) return null;
      const liveId = rows.installations.get(id)?.liveDeploymentId ?? null;
      const live = liveId === null ? undefined : rows.deployments.get(liveId);
      const stopped = live && queue.move(live, { type: "stopped", at, ...(by && { by }) }, at);
      change(id, { stopped: true, liveDeploymentId: null });
      return { stopped: stopped?.id ?? null };
    },
    variableNames: async (id) => entries(id).map(({ name }) => name),
    variables: async (id) => variablesOf(rows, holders(id)),
    variableScopes: async (ids) =>
      new Map(ids.filter((id) => rows.installations.has(id)).map((id) => [id, scopeOf(rows, id)])),
    buildMarks: async (id) => buildMarks(entries(id)),
    visibleVariables: async (id) =>
      Object.fromEntries(entries(id).flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))),
    variableEntries: async (id) => entries(id),
    changeVariables: async (id, set, unset, marks, refuse) =>
      changeChecked(
        rows,
        id,
        () => changeVariables(rows, id, set, unset, marks),
        () => [scopeOf(rows, id)],
        refuse,
      ),
  };
}
