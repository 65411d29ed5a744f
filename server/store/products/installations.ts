import { and, asc, eq, gt, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { DeleteOptions, InstallationStore, SomeInstallations } from "../../ports/store/products.ts";
import { runningStatuses } from "../deployments/deployment-row.ts";
import { lockRows, moveRow } from "../deployments/move.ts";
import type { Secrets } from "../keys/secrets.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries, Transaction } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { environments, products } from "../schema/products.ts";
import { changeCheckedVariables } from "./change-variables.ts";
import { environmentColumns, installationColumns, productColumns } from "./installation-row.ts";
import { readOverview } from "./overview.ts";
import { allScalings, scalingsOf, setScaling } from "./scalings.ts";
import { setServiceSettings, settingsOf, settingsOfAll } from "./service-settings.ts";
import { takeDown } from "./take-down.ts";
import { readScopes } from "./variable-scopes.ts";
import { buildMarksOf, entriesOf, mergedVariables, namesOf, openAll, visibleOnes } from "./variables.ts";

const installedColumns = {
  installation: installationColumns,
  product: productColumns,
  environment: environmentColumns,
};

export function createInstallationStore(database: Database, secrets: Secrets): InstallationStore {
  return { ...createReads(database), ...createVariables(database, secrets), ...createWrites(database, secrets) };
}

type Reads =
  | "list"
  | "get"
  | "installedProduct"
  | "installedProducts"
  | "overview"
  | "ofProduct"
  | "deleted"
  | "serviceSettings"
  | "serviceSettingsOf"
  | "scalings"
  | "allScalings";

function createReads(database: Database): Pick<InstallationStore, Reads> {
  return {
    list: () =>
      database.read((queries) =>
        queries
          .select(installationColumns)
          .from(installations)
          .innerJoin(products, eq(products.id, installations.productId))
          .where(and(isNull(products.deletedAt), isNull(installations.deletedAt)))
          .orderBy(asc(installations.id)),
      ),

    get: (id) =>
      database.read(async (queries) => {
        const [installation] = await queries
          .select(installationColumns)
          .from(installations)
          .where(eq(installations.id, id));
        return installation ?? null;
      }),

    installedProduct: (id) => database.read((queries) => installedProduct(queries, id)),

    installedProducts: (some = {}) => database.read((queries) => installedProducts(queries, some)),
    overview: (of) => database.read((queries) => readOverview(queries, of)),

    ofProduct: (product) => database.read((queries) => ofProduct(queries, product)),

    deleted: () =>
      database.read((queries) =>
        queries
          .select({ ...installationColumns, keepVolumes: installations.keepVolumes })
          .from(installations)
          .innerJoin(products, eq(products.id, installations.productId))
          .where(or(isNotNull(products.deletedAt), isNotNull(installations.deletedAt)))
          .orderBy(asc(installations.id)),
      ),

    serviceSettings: (id) => database.read((queries) => settingsOf(queries, id)),
    serviceSettingsOf: (ids) => database.read((queries) => settingsOfAll(queries, ids)),
    scalings: (id) => database.read((queries) => scalingsOf(queries, id)),
    allScalings: () => database.read((queries) => allScalings(queries)),
  };
}

type Variables =
  | "variableNames"
  | "variables"
  | "variableScopes"
  | "visibleVariables"
  | "variableEntries"
  | "buildMarks"
  | "changeVariables";

function createVariables(database: Database, secrets: Secrets): Pick<InstallationStore, Variables> {
  return {
    variableNames: async (id) => namesOf(await database.read((queries) => mergedVariables(queries, id))),
    variables: async (id) => openAll(await database.read((queries) => mergedVariables(queries, id)), secrets),
    visibleVariables: async (id) =>
      openAll(visibleOnes(await database.read((queries) => mergedVariables(queries, id))), secrets),
    variableEntries: async (id) => entriesOf(await database.read((queries) => mergedVariables(queries, id)), secrets),
    variableScopes: (ids) => database.read((queries) => readScopes(queries, secrets, ids)),
    buildMarks: async (id) => buildMarksOf(await database.read((queries) => mergedVariables(queries, id))),
    changeVariables: (id, set, unset, marks, refuse) =>
      changeCheckedVariables(database, secrets, { installation: id }, { set, unset, marks, refuse }),
  };
}

type Writes = Exclude<keyof InstallationStore, Reads | Variables>;

function createWrites(database: Database, secrets: Secrets): Pick<InstallationStore, Writes> {
  return {
    create: (installation) => database.write((transaction) => createInstallation(transaction, installation)),

    markDeleted: (id, leaving) =>
      database.write((transaction) => markDeleted(transaction, id, leaving, new Date(), secrets)),

    async purge(id) {
      await database.write(({ tx }) => {
        const ofDeletedProduct = inArray(
          installations.productId,
          tx.select({ id: products.id }).from(products).where(isNotNull(products.deletedAt)),
        );
        return tx
          .delete(installations)
          .where(and(eq(installations.id, id), or(isNotNull(installations.deletedAt), ofDeletedProduct)));
      });
    },

    async setBranch(id, branch) {
      await database.write(({ tx }) => tx.update(installations).set({ branch }).where(eq(installations.id, id)));
    },

    trackFirst: (product, branch) =>
      database.write(async ({ tx }) => {
        const tracksNone = and(eq(installations.productId, product), isNull(installations.branch));
        await tx.update(installations).set({ branch }).where(tracksNone);
        return ofProduct(tx, product);
      }),

    setScaling: (id, service, changes) =>
      database.write((transaction) => setScaling(transaction, id, service, changes)),
    setServiceSettings: (id, service, changes) =>
      database.write((transaction) => setServiceSettings(transaction, id, service, changes)),

    stop: (id, at, by) => database.write((transaction) => stop(transaction, id, at, secrets, by)),
  };
}

function ofProduct(queries: Queries, product: ProductId): Promise<readonly Installation[]> {
  return queries
    .select(installationColumns)
    .from(installations)
    .where(and(eq(installations.productId, product), isNull(installations.deletedAt)))
    .orderBy(asc(installations.id));
}

function installedProducts(queries: Queries, { products: ofProducts, ids, after, limit }: SomeInstallations) {
  const found = queries
    .select(installedColumns)
    .from(installations)
    .innerJoin(products, eq(products.id, installations.productId))
    .innerJoin(environments, eq(environments.id, installations.environmentId))
    .where(
      and(
        isNull(products.deletedAt),
        isNull(installations.deletedAt),
        ofProducts && inArray(installations.productId, [...ofProducts]),
        ids && inArray(installations.id, [...ids]),
        after && gt(installations.id, after),
      ),
    )
    .orderBy(asc(installations.id));
  return limit === undefined ? found : found.limit(limit);
}

async function installedProduct(
  queries: Queries,
  id: InstallationId,
): ReturnType<InstallationStore["installedProduct"]> {
  const deletions = { product: products.deletedAt, installation: installations.deletedAt };
  const [found] = await queries
    .select({ ...installedColumns, deletions })
    .from(installations)
    .innerJoin(products, eq(products.id, installations.productId))
    .innerJoin(environments, eq(environments.id, installations.environmentId))
    .where(eq(installations.id, id));
  if (!found) return null;
  const { deletions: deletedAt, ...installed } = found;
  return { ...installed, isDeleted: deletedAt.product !== null || deletedAt.installation !== null };
}

export async function createInstallation(
  { tx }: Transaction,
  { productId, environmentId, branch }: Parameters<InstallationStore["create"]>[0],
): Promise<Installation | null> {
  // Locked, so that this waits for a product that is just being deleted.
  const kept = await tx
    .select({ id: products.id })
    .from(products)
    .where(and(eq(products.id, productId), isNull(products.deletedAt)))
    .for("no key update");
  if (kept.length === 0) return null;
  const [created] = await tx
    .insert(installations)
    .values({ productId, environmentId, branch })
    .onConflictDoNothing({
      target: [installations.productId, installations.environmentId],
      where: isNull(installations.deletedAt),
    })
    .returning(installationColumns);
  return created ?? null;
}

async function markDeleted(
  transaction: Transaction,
  id: InstallationId,
  { keepVolumes }: DeleteOptions,
  at: Date,
  secrets: Secrets,
): Promise<void> {
  // The row stays locked, so that an enqueue that is just being written is waited for, and found below.
  await transaction.tx
    .update(installations)
    .set({
      deletedAt: sql`coalesce(${installations.deletedAt}, ${at.toISOString()}::timestamptz)`,
      keepVolumes,
    })
    .where(eq(installations.id, id));
  await takeDown(transaction, [id], at, secrets);
}

async function stop(
  transaction: Transaction,
  id: InstallationId,
  at: Date,
  secrets: Secrets,
  by?: string,
): Promise<{ readonly stopped: DeploymentId | null } | null> {
  const { tx } = transaction;
  // Serialised with claims: one that comes now waits, and its deployment then starts again what was stopped.
  await lock(tx, "claim");
  const ofIt = eq(deployments.installationId, id);
  if ((await tx.$count(deployments, and(ofIt, inArray(deployments.status, runningStatuses)))) > 0) return null;

  const [installation] = await tx
    .select({ live: installations.liveDeploymentId })
    .from(installations)
    .where(eq(installations.id, id))
    .for("no key update");
  const live = installation?.live ? await lockRows(tx, eq(deployments.id, installation.live)) : [];
  for (const row of live) await moveRow(transaction, row, { type: "stopped", at, ...(by && { by }) }, secrets);
  // Also runs where nothing was live.
  await tx.update(installations).set({ liveDeploymentId: null, stopped: true }).where(eq(installations.id, id));
  return { stopped: installation?.live ?? null };
}
