import { and, asc, eq, gt, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { ProductId } from "../../model/names/ids.ts";
import type { Installation, Product } from "../../model/product.ts";
import type { DeleteOptions, ProductChanges, ProductStore } from "../../ports/store/products.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database, Queries, Transaction } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { environments, products } from "../schema/products.ts";
import { changeCheckedVariables } from "./change-variables.ts";
import { installationColumns, productColumns } from "./installation-row.ts";
import { changeSource } from "./sources.ts";
import { takeDown } from "./take-down.ts";
import { entriesOf, namesOf, variablesOf, variablesOfAll } from "./variables.ts";

export function createProductStore(database: Database, secrets: Secrets): ProductStore {
  return {
    list: (page) =>
      database.read((queries) => {
        const found = queries
          .select(productColumns)
          .from(products)
          .where(
            and(
              isNull(products.deletedAt),
              page?.after && gt(products.slug, page.after),
              page?.products && inArray(products.id, [...page.products]),
            ),
          )
          .orderBy(asc(products.slug));
        return page ? found.limit(page.limit) : found;
      }),

    bySlug: (slug) =>
      database.read(async (queries) => {
        const found = and(eq(products.slug, slug), isNull(products.deletedAt));
        const [product] = await queries.select(productColumns).from(products).where(found);
        return product ?? null;
      }),

    get: (id) =>
      database.read(async (queries) => {
        const [product] = await queries.select(productColumns).from(products).where(eq(products.id, id));
        return product ?? null;
      }),

    create: (product) => database.write((transaction) => create(transaction, product, new Date())),

    update: (id, changes) => database.write(({ tx }) => update(tx, secrets, id, changes)),

    variableNames: async (id) => namesOf(await database.read((queries) => variablesOf(queries, { product: id }))),
    async variableNamesOf(ids) {
      const rows = await database.read((queries) => variablesOfAll(queries, "product", ids));
      return new Map([...rows].map(([id, own]) => [id, namesOf(own)]));
    },
    variableEntries: async (id) =>
      entriesOf(await database.read((queries) => variablesOf(queries, { product: id })), secrets),
    changeVariables: (id, set, unset, marks, refuse) =>
      changeCheckedVariables(database, secrets, { product: id }, { set, unset, marks, refuse }),

    markDeleted: (id, leaving) =>
      database.write((transaction) => markDeleted(transaction, id, leaving, new Date(), secrets)),

    deleted: () =>
      database.read((queries) =>
        queries.select(productColumns).from(products).where(isNotNull(products.deletedAt)).orderBy(asc(products.id)),
      ),

    async purge(id) {
      await database.write(({ tx }) =>
        tx.delete(products).where(and(eq(products.id, id), isNotNull(products.deletedAt))),
      );
    },
  };
}

async function create(
  { tx }: Transaction,
  { slug, repository, branch }: Parameters<ProductStore["create"]>[0],
  createdAt: Date,
): Promise<{ readonly product: Product; readonly installation: Installation } | null> {
  const [product] = await tx
    .insert(products)
    .values({ slug, repository, createdAt })
    .onConflictDoNothing({ target: products.slug, where: isNull(products.deletedAt) })
    .returning(productColumns);
  if (!product) return null;

  const [production] = await tx.select().from(environments).where(eq(environments.name, "production"));
  if (!production) throw new Error("There is no environment named production");
  const [installation] = await tx
    .insert(installations)
    .values({ productId: product.id, environmentId: production.id, branch: branch ?? production.branch })
    .returning(installationColumns);
  if (!installation) throw new Error(`The installation of ${slug} was not written`);
  return { product, installation };
}

async function update(
  tx: Queries,
  secrets: Secrets,
  id: ProductId,
  { repository, watch, hidesLogs, source = {}, branches = [] }: ProductChanges,
): Promise<void> {
  const changes = {
    ...(repository !== undefined && { repository }),
    ...(watch !== undefined && { watch }),
    ...(hidesLogs !== undefined && { hidesLogs }),
  };
  if (Object.keys(changes).length > 0) await tx.update(products).set(changes).where(eq(products.id, id));
  if (Object.keys(source).length > 0) await changeSource(tx, secrets, id, source);
  for (const { installation, branch } of branches) {
    const own = and(eq(installations.id, installation), eq(installations.productId, id));
    await tx.update(installations).set({ branch }).where(own);
  }
}

/** Deletes a product with everything it has running: nothing can be deployed to it any more, and its hosts are free. */
async function markDeleted(
  transaction: Transaction,
  id: ProductId,
  { keepVolumes }: DeleteOptions,
  at: Date,
  secrets: Secrets,
): Promise<void> {
  const { tx } = transaction;
  await tx
    .update(products)
    .set({ deletedAt: sql`coalesce(${products.deletedAt}, ${at.toISOString()}::timestamptz)` })
    .where(eq(products.id, id));
  // Locked in the same way as by an enqueue, so that one that is just being written is waited for, and found below.
  const own = await tx
    .update(installations)
    .set({ keepVolumes })
    .where(and(eq(installations.productId, id), isNull(installations.deletedAt)))
    .returning({ id: installations.id });
  await takeDown(
    transaction,
    own.map((installation) => installation.id),
    at,
    secrets,
  );
}
