import { and, eq, isNull } from "drizzle-orm";
import type { DeploymentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import type {
  InstallationFacts,
  JudgeDelivery,
  Judgement,
  NewDelivery,
  Recorded,
} from "../../ports/store/deliveries.ts";
import { reserveIds } from "../deployments/enqueue.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { readPaths } from "../products/sources.ts";
import { installations } from "../schema/deployments.ts";
import { products } from "../schema/products.ts";
import { deliveryDeployments, webhookDeliveries } from "../schema/webhooks.ts";
import { readEarlierDeliveries } from "./earlier-deliveries.ts";
import { type BurstRequest, enqueueBurst } from "./enqueue-burst.ts";
import { readInstallationFacts } from "./installation-facts.ts";
import { forgetOldContents, keepNewest } from "./ledger-limits.ts";

/**
 * The number of deliveries that are remembered per product. A delivery that is repeated after that is judged by its
 * commit alone.
 */
const keptDeliveries = 2_000;
/** The number of deliveries per product whose headers and body are kept. */
const keptContents = 200;

interface Batch {
  readonly product: ProductId;
  readonly deliveries: readonly NewDelivery[];
  readonly judge: JudgeDelivery;
  readonly at: Date;
}

interface Judged {
  readonly delivery: NewDelivery;
  readonly judgement: Judgement;
  /** Whether no earlier delivery has its id or body. */
  readonly first: boolean;
  readonly queued: readonly { readonly installation: InstallationId; readonly id: DeploymentId }[];
  readonly recorded: Recorded;
}

/**
 * Judges the deliveries in order and writes all of them at once, so that a burst costs a few statements and one number
 * of the sequence for each deployment.
 */
export async function recordDeliveries(transaction: Transaction, batch: Batch): Promise<readonly Recorded[]> {
  const { tx } = transaction;
  const judged = await judgeInOrder(tx, batch, await lockProduct(tx, batch.product));
  await enqueueAll(transaction, judged, batch.at);
  await writeLedger(tx, batch, judged);
  return judged.map(({ recorded }) => recorded);
}

/** Makes deliveries of one product wait for each other, so that each sees what the one before has queued. */
async function lockProduct(tx: Queries, product: ProductId): Promise<{ readonly repository: string | null }> {
  const [locked] = await tx
    .select({ repository: products.repository, deletedAt: products.deletedAt })
    .from(products)
    .where(eq(products.id, product))
    .for("no key update");
  if (locked?.deletedAt === null) return locked;
  throw new Error(`Product ${product} is gone: nothing can be delivered to it`);
}

async function judgeInOrder(
  tx: Queries,
  { product, deliveries, judge }: Batch,
  { repository }: { readonly repository: string | null },
): Promise<readonly Judged[]> {
  const paths = await readPaths(tx, product);
  const earlier = await readEarlierDeliveries(tx, product, deliveries);
  const ids = await reserveIds(tx, "webhook_deliveries", deliveries.length);
  let facts = await readInstallationFacts(tx, product);
  const judged: Judged[] = [];
  for (const [index, delivery] of deliveries.entries()) {
    const again = delivery.again !== null;
    const seen = earlier.find(delivery);
    const judgement = judge(delivery.event, again, { repository, paths, installations: facts, earlier: seen });
    const numbers = await reserveIds(tx, "deployments", judgement.deploys.length);
    const queued = judgement.deploys.map((installation, place) => ({
      installation,
      id: numbers[place] as DeploymentId,
    }));
    const { outcome, verdict, same } = judgement;
    const linked = queued.length > 0 ? queued.map(({ id }) => id) : [...new Set(same)];
    const id = delivery.quiet && queued.length === 0 ? null : (ids[index] as number);
    if (id !== null && !again) earlier.add(delivery, { id, deployments: linked });
    facts = facts.map((one) => afterwards(one, judgement, queued));
    const recorded = { id, outcome, verdict, deployments: linked };
    judged.push({ delivery, judgement, first: seen === null && !again, queued, recorded });
  }
  return judged;
}

/** The facts as they would be read once the deployments are written. */
function afterwards(
  facts: InstallationFacts,
  { branch, commit }: Judgement,
  queued: Judged["queued"],
): InstallationFacts {
  const own = queued.find(({ installation }) => installation === facts.id);
  if (!own) return facts;
  const newest = { deployment: own.id, commit };
  return { ...facts, branch: facts.branch ?? branch, undecided: newest, newest };
}

async function enqueueAll(transaction: Transaction, judged: readonly Judged[], at: Date): Promise<void> {
  const requests = new Map<InstallationId, BurstRequest[]>();
  for (const { delivery, judgement, queued } of judged) {
    for (const { installation, id } of queued) {
      const own = requests.get(installation) ?? [];
      requests.set(installation, [...own, { id, ref: judgement.branch, by: delivery.by }]);
    }
  }
  for (const [installation, own] of requests) {
    await enqueueBurst(transaction, installation, own, at);
    await trackDefaultBranch(transaction.tx, installation, own[0]?.ref ?? null);
  }
}

/** On its first push, an installation without a branch starts to track the forge's default branch. */
async function trackDefaultBranch(tx: Queries, installation: InstallationId, branch: string | null): Promise<void> {
  if (branch === null) return;
  const tracksNone = and(eq(installations.id, installation), isNull(installations.branch));
  await tx.update(installations).set({ branch }).where(tracksNone);
}

async function writeLedger(tx: Queries, { product, at }: Batch, judged: readonly Judged[]): Promise<void> {
  const rows = judged.flatMap(({ delivery, judgement, first, recorded: { id } }) => {
    if (id === null) return [];
    const { via, deliveryId, name, again } = delivery;
    const { outcome, verdict, commit: commitSha } = judgement;
    // A duplicate has the content of the first delivery, so its own is not kept.
    const { event, content } = first || again !== null ? delivery : { event: null, content: null };
    const { digest = null, headers = null, body = null, bodyBytes = null } = content ?? {};
    return {
      ...{ id, productId: product, at, via, deliveryId, name, event, again, first, genuine: true },
      ...{ outcome, verdict, commitSha, digest, headers, body, bodyBytes },
    };
  });
  const links = judged.flatMap(({ recorded: { id: deliveryId, deployments: linked } }) =>
    deliveryId === null ? [] : linked.map((deploymentId) => ({ deliveryId, deploymentId })),
  );
  if (rows.length > 0) await tx.insert(webhookDeliveries).values(rows);
  if (links.length > 0) await tx.insert(deliveryDeployments).values(links);
  await keepNewest(tx, product, true, keptDeliveries);
  await forgetOldContents(tx, product, keptContents);
}
