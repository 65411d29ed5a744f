import { and, asc, desc, eq, inArray, or, sql } from "drizzle-orm";
import type { CommitSha, DeploymentId, InstallationId, ProductId } from "../model/ids.ts";
import type {
  DeliveryFacts,
  DeployedCommit,
  InstallationFacts,
  JudgeDelivery,
  Judgement,
  NewDelivery,
  Recorded,
} from "../ports/deliveries.ts";
import type { DeploymentRequest } from "../ports/store.ts";
import type { Queries, Transaction } from "./database.ts";
import { linksOf } from "./delivery-links.ts";
import { undecidedStatuses } from "./deployment-row.ts";
import { enqueue, reserveId } from "./enqueue.ts";
import { forgetOldContents, keepNewest } from "./ledger-limits.ts";
import {
  deliveryDeployments,
  deployments,
  environments,
  installations,
  products,
  webhookDeliveries,
} from "./schema.ts";
import { readPaths } from "./sources.ts";

/** So many deliveries of a product are remembered: one that comes again later than that is judged by its commit alone. */
const keptDeliveries = 2_000;
/** Of so many also what they said. */
const keptContents = 200;

interface Batch {
  readonly product: ProductId;
  readonly deliveries: readonly NewDelivery[];
  readonly judge: JudgeDelivery;
  readonly at: Date;
}

/** See the port. */
export async function recordDeliveries(transaction: Transaction, batch: Batch): Promise<readonly Recorded[]> {
  const { tx } = transaction;
  const { product, deliveries, judge } = batch;
  // Those of a product come one after the other, so that each sees what the one before has queued.
  const [locked] = await tx
    .select({ repository: products.repository, deletedAt: products.deletedAt })
    .from(products)
    .where(eq(products.id, product))
    .for("no key update");
  if (!locked || locked.deletedAt !== null) throw new Error(`Product ${product} is gone: nothing is delivered to it`);

  const earlier = await earlierOnes(tx, product, deliveries);
  const paths = await readPaths(tx, product);
  let places = await readPlaces(tx, product);
  const recorded: Recorded[] = [];
  for (const delivery of deliveries) {
    const seen = earlier.find(delivery);
    const facts: DeliveryFacts = { repository: locked.repository, paths, installations: places, earlier: seen };
    const judgement = judge(delivery.event, delivery.again !== null, facts);
    if (delivery.quiet && judgement.deploys.length === 0) {
      const { outcome, verdict, same } = judgement;
      recorded.push({ id: null, outcome, verdict, deployments: same });
      continue;
    }
    const queued = await queue(transaction, batch, delivery, judgement);
    const one = await write(tx, batch, delivery, judgement, queued, seen === null);
    recorded.push(one);
    earlier.add(delivery, one);
    places = places.map((place) => afterwards(place, judgement, queued));
  }
  await keepNewest(tx, product, true, keptDeliveries);
  await forgetOldContents(tx, product, keptContents);
  return recorded;
}

/** The same as reading it all again. */
function afterwards(
  place: InstallationFacts,
  { branch, commit }: Judgement,
  queued: ReadonlyMap<InstallationId, DeploymentId>,
): InstallationFacts {
  const deployment = queued.get(place.id);
  if (deployment === undefined) return place;
  const newest = { deployment, commit };
  return { ...place, branch: place.branch ?? branch, undecided: newest, newest };
}

async function queue(
  transaction: Transaction,
  { at }: Batch,
  delivery: NewDelivery,
  { deploys, branch }: Judgement,
): Promise<ReadonlyMap<InstallationId, DeploymentId>> {
  const queued = new Map<InstallationId, DeploymentId>();
  for (const installationId of deploys) {
    const id = await reserveId(transaction.tx);
    const request: DeploymentRequest & { readonly id: DeploymentId } = {
      ...{ id, installationId, ref: branch, by: delivery.by, trigger: "webhook" },
      // What the delivery names is a hint: the fetch finds where the branch is.
      ...{ commit: null, sourceId: null, variables: "now", supersedes: true },
    };
    if ((await enqueue(transaction, request, at)) === "changed") throw new Error("nothing was asked to be the same");
    queued.set(installationId, id);
    // One that tracks nothing yet tracks from now on what the forge calls the default.
    const undecidedBranch = and(eq(installations.id, installationId), sql`${installations.branch} is null`);
    if (branch !== null) await transaction.tx.update(installations).set({ branch }).where(undecidedBranch);
  }
  return queued;
}

async function write(
  tx: Queries,
  { product, at }: Batch,
  { via, deliveryId, name, event, again, content }: NewDelivery,
  { outcome, verdict, commit, same }: Judgement,
  queued: ReadonlyMap<InstallationId, DeploymentId>,
  first: boolean,
): Promise<Recorded & { readonly id: number }> {
  const [row] = await tx
    .insert(webhookDeliveries)
    .values({
      ...{ productId: product, at, via, deliveryId, name, event, again, outcome, verdict, genuine: true },
      first: first && again === null,
      commitSha: commit,
      digest: content?.digest ?? null,
      headers: content?.headers ?? null,
      body: content?.body ?? null,
      bodyBytes: content?.bodyBytes ?? null,
    })
    .returning({ id: webhookDeliveries.id });
  if (!row) throw new Error("The delivery was not written");
  const linked = queued.size > 0 ? [...queued.values()] : [...new Set(same)];
  if (linked.length > 0) {
    await tx.insert(deliveryDeployments).values(linked.map((deploymentId) => ({ deliveryId: row.id, deploymentId })));
  }
  return { id: row.id, outcome, verdict, deployments: linked };
}

/** What was delivered before under the same id, or with the same body. */
async function earlierOnes(tx: Queries, product: ProductId, deliveries: readonly NewDelivery[]) {
  const ids = deliveries.flatMap(({ deliveryId }) => deliveryId ?? []);
  const digests = deliveries.flatMap(({ content }) => content?.digest ?? []);
  const { deliveryId, digest } = webhookDeliveries;
  const same = [
    ids.length > 0 ? inArray(deliveryId, ids) : undefined,
    digests.length > 0 ? inArray(digest, digests) : undefined,
  ].filter((condition) => condition !== undefined);
  const rows =
    same.length === 0
      ? []
      : await tx
          .select({ id: webhookDeliveries.id, deliveryId, digest })
          .from(webhookDeliveries)
          .where(and(eq(webhookDeliveries.productId, product), webhookDeliveries.first, or(...same)))
          .orderBy(asc(webhookDeliveries.id));
  const links = await linksOf(
    tx,
    rows.map(({ id }) => id),
  );

  type Earlier = NonNullable<DeliveryFacts["earlier"]>;
  const byId = new Map<string, Earlier>();
  const byDigest = new Map<string, Earlier>();
  const remember = (id: string | null, bodyDigest: string | null, one: Earlier) => {
    if (id !== null && !byId.has(id)) byId.set(id, one);
    if (bodyDigest !== null && !byDigest.has(bodyDigest)) byDigest.set(bodyDigest, one);
  };
  for (const row of rows) remember(row.deliveryId, row.digest, { id: row.id, deployments: links.get(row.id) ?? [] });
  return {
    find: ({ deliveryId: id, content }: NewDelivery): Earlier | null =>
      (id === null ? undefined : byId.get(id)) ?? (content === null ? undefined : byDigest.get(content.digest)) ?? null,
    add: (delivery: NewDelivery, { id, deployments: made }: Earlier) =>
      remember(delivery.deliveryId, delivery.content?.digest ?? null, { id, deployments: made }),
  };
}

async function readPlaces(tx: Queries, product: ProductId): Promise<readonly InstallationFacts[]> {
  const rows = await tx
    .select({
      id: installations.id,
      branch: installations.branch,
      live: installations.liveDeploymentId,
      environment: environments.name,
    })
    .from(installations)
    .innerJoin(environments, eq(environments.id, installations.environmentId))
    .where(and(eq(installations.productId, product), sql`${installations.deletedAt} is null`))
    .orderBy(asc(installations.id));
  const places: InstallationFacts[] = [];
  for (const { id, branch, live, environment } of rows) {
    const own = eq(deployments.installationId, id);
    const pushed = inArray(deployments.trigger, ["push", "webhook", "api"]);
    places.push({
      ...{ id, branch, environment },
      undecided: await newest(tx, and(own, inArray(deployments.status, undecidedStatuses))),
      live: live === null ? null : await newest(tx, eq(deployments.id, live)),
      newest: await newest(tx, and(own, pushed)),
    });
  }
  return places;
}

/** Before its fetch a deployment has no commit: then what the delivery that made it named. */
async function newest(tx: Queries, condition: ReturnType<typeof and>): Promise<DeployedCommit | null> {
  const hinted = sql<CommitSha | null>`(
    select d.commit_sha from delivery_deployments l join webhook_deliveries d on d.id = l.delivery_id
    where l.deployment_id = ${deployments.id} order by d.id limit 1)`;
  const [row] = await tx
    .select({ deployment: deployments.id, commit: deployments.commitSha, hinted })
    .from(deployments)
    .where(condition)
    .orderBy(desc(deployments.number))
    .limit(1);
  return row ? { deployment: row.deployment, commit: row.commit ?? row.hinted } : null;
}
