import { and, asc, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { CommitSha, DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type {
  DeliveryFacts,
  DeployedCommit,
  InstallationFacts,
  JudgeDelivery,
  Judgement,
  NewDelivery,
  Recorded,
} from "../../ports/store/deliveries.ts";
import { undecidedStatuses } from "../deployments/deployment-row.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { readPaths } from "../products/sources.ts";
import {
  deliveryDeployments,
  deployments,
  environments,
  installations,
  products,
  webhookDeliveries,
} from "../schema.ts";
import { linksOf } from "./delivery-links.ts";
import { enqueueBurst } from "./enqueue-burst.ts";
import { forgetOldContents, keepNewest } from "./ledger-limits.ts";

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

/** See the port. A few statements, however many deliveries: a burst is judged in memory. */
export async function recordDeliveries(transaction: Transaction, batch: Batch): Promise<readonly Recorded[]> {
  const { tx } = transaction;
  const { product, deliveries } = batch;
  // Those of a product come one after the other, so that each sees what the one before has queued.
  const [locked] = await tx
    .select({ repository: products.repository, deletedAt: products.deletedAt })
    .from(products)
    .where(eq(products.id, product))
    .for("no key update");
  if (!locked || locked.deletedAt !== null)
    throw new Error(`Product ${product} is gone: nothing can be delivered to it`);

  const judged = judgeAll(batch, {
    repository: locked.repository,
    paths: await readPaths(tx, product),
    places: await readPlaces(tx, product),
    earlier: await earlierOnes(tx, product, deliveries),
    ids: await reserveIds(tx, "webhook_deliveries", deliveries.length),
  });
  const made = await queueAll(transaction, batch, judged);
  const recorded = judged.map(({ id, judgement, isQuiet, deployments: linked }) => ({
    id: isQuiet ? null : id,
    outcome: judgement.outcome,
    verdict: judgement.verdict,
    deployments: linked.map((deployment) => made.get(deployment) ?? deployment),
  }));
  await writeAll(tx, batch, judged, recorded);
  await keepNewest(tx, product, true, keptDeliveries);
  await forgetOldContents(tx, product, keptContents);
  return recorded;
}

interface Judged {
  readonly id: number;
  readonly delivery: NewDelivery;
  readonly judgement: Judgement;
  /** The first of its id and body. */
  readonly first: boolean;
  readonly isQuiet: boolean;
  /** What it makes: under a number below 0 until the real ones are taken, which are not wasted on duplicates. */
  readonly makes: ReadonlyMap<InstallationId, DeploymentId>;
  /** What it makes, or is one too many of. */
  readonly deployments: readonly DeploymentId[];
}

function judgeAll(
  { deliveries, judge }: Batch,
  given: {
    readonly repository: string | null;
    readonly paths: readonly string[];
    readonly places: readonly InstallationFacts[];
    readonly earlier: EarlierOnes;
    readonly ids: readonly number[];
  },
): readonly Judged[] {
  const { repository, paths, earlier } = given;
  let installationsNow = given.places;
  let made = 0;
  return deliveries.map((delivery, index): Judged => {
    const id = given.ids[index] ?? 0;
    const seen = earlier.find(delivery);
    const facts: DeliveryFacts = { repository, paths, installations: installationsNow, earlier: seen };
    const judgement = judge(delivery.event, delivery.again !== null, facts);
    const makes = new Map(judgement.deploys.map((installation) => [installation, --made as DeploymentId]));
    const linked = makes.size > 0 ? [...makes.values()] : [...new Set(judgement.same)];
    const isQuiet = delivery.quiet && makes.size === 0;
    if (!isQuiet && delivery.again === null) earlier.add(delivery, { id, deployments: linked });
    installationsNow = installationsNow.map((place) => afterwards(place, judgement, makes));
    return {
      id,
      delivery,
      judgement,
      isQuiet,
      makes,
      first: seen === null && delivery.again === null,
      deployments: linked,
    };
  });
}

/** The same as reading it all again. */
function afterwards(
  place: InstallationFacts,
  { branch, commit }: Judgement,
  makes: ReadonlyMap<InstallationId, DeploymentId>,
): InstallationFacts {
  const deployment = makes.get(place.id);
  if (deployment === undefined) return place;
  const newest = { deployment, commit };
  return { ...place, branch: place.branch ?? branch, undecided: newest, newest };
}

/** Resolves with the real numbers of the deployments that were made. */
async function queueAll(
  transaction: Transaction,
  { at }: Batch,
  judged: readonly Judged[],
): Promise<ReadonlyMap<DeploymentId, DeploymentId>> {
  const { tx } = transaction;
  const wanted = judged.flatMap(({ delivery, judgement, makes }) =>
    [...makes].map(([installation, placeholder]) => ({
      installation,
      placeholder,
      ref: judgement.branch,
      by: delivery.by,
    })),
  );
  const ids = await reserveIds(tx, "deployments", wanted.length);
  const made = new Map(wanted.map(({ placeholder }, index) => [placeholder, ids[index] as DeploymentId]));
  for (const installation of new Set(wanted.map((one) => one.installation))) {
    const own = wanted.filter((one) => one.installation === installation);
    const requests = own.map(({ placeholder, ref, by }) => ({ id: made.get(placeholder) ?? placeholder, ref, by }));
    await enqueueBurst(transaction, installation, requests, at);
    // One that tracks nothing yet tracks from now on what the forge calls the default.
    const branch = own[0]?.ref ?? null;
    const untold = and(eq(installations.id, installation), isNull(installations.branch));
    if (branch !== null) await tx.update(installations).set({ branch }).where(untold);
  }
  return made;
}

async function writeAll(
  tx: Queries,
  { product, at }: Batch,
  judged: readonly Judged[],
  recorded: readonly Recorded[],
): Promise<void> {
  const rows = judged.flatMap(({ id, delivery, judgement, first, isQuiet }) => {
    const { via, deliveryId, name, again } = delivery;
    const { outcome, verdict, commit: commitSha } = judgement;
    // What came before says the same.
    const { event, content } = first || again !== null ? delivery : { event: null, content: null };
    const row = {
      ...{ id, productId: product, at, via, deliveryId, name, event, again },
      outcome,
      verdict,
      commitSha,
      first,
    };
    const { digest = null, headers = null, body = null, bodyBytes = null } = content ?? {};
    return isQuiet ? [] : [{ ...row, genuine: true, digest, headers, body, bodyBytes }];
  });
  const links = recorded.flatMap(({ id, deployments: linked }) =>
    id === null ? [] : linked.map((deploymentId) => ({ deliveryId: id, deploymentId })),
  );
  if (rows.length > 0) await tx.insert(webhookDeliveries).values(rows);
  if (links.length > 0) await tx.insert(deliveryDeployments).values(links);
}

/** Numbers of a table's identity: a gap does no harm. */
async function reserveIds(
  tx: Queries,
  table: "deployments" | "webhook_deliveries",
  count: number,
): Promise<readonly number[]> {
  if (count === 0) return [];
  const rows = await tx.execute<{ id: string }>(
    sql`select nextval(pg_get_serial_sequence(${table}, 'id')) as id from generate_series(1, ${count})`,
  );
  return rows.map(({ id }) => Number(id));
}

type Earlier = NonNullable<DeliveryFacts["earlier"]>;

interface EarlierOnes {
  find(delivery: NewDelivery): Earlier | null;
  add(delivery: NewDelivery, one: Earlier): void;
}

/** What was delivered before under the same id, or with the same body. */
async function earlierOnes(tx: Queries, product: ProductId, deliveries: readonly NewDelivery[]): Promise<EarlierOnes> {
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

  const byId = new Map<string, Earlier>();
  const byDigest = new Map<string, Earlier>();
  const remember = (id: string | null, bodyDigest: string | null, one: Earlier) => {
    if (id !== null && !byId.has(id)) byId.set(id, one);
    if (bodyDigest !== null && !byDigest.has(bodyDigest)) byDigest.set(bodyDigest, one);
  };
  for (const row of rows) remember(row.deliveryId, row.digest, { id: row.id, deployments: links.get(row.id) ?? [] });
  return {
    find: ({ deliveryId: id, content }) =>
      (id === null ? undefined : byId.get(id)) ?? (content === null ? undefined : byDigest.get(content.digest)) ?? null,
    add: (delivery, one) => remember(delivery.deliveryId, delivery.content?.digest ?? null, one),
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
    .where(and(eq(installations.productId, product), isNull(installations.deletedAt)))
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
