import { type Deployment, isOver } from "../../../../server/model/deployment/deployment.ts";
import type { DeploymentId, InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import type {
  DeliveryFacts,
  DeployedCommit,
  InstallationFacts,
  Judgement,
  NewDelivery,
  Recorded,
} from "../../../../server/ports/store/deliveries.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { Queue } from "../deployments/queue.ts";
import { type DeliveryRow, deploymentsOf, type FakeRows } from "../rows.ts";

// As many as the real ledger keeps of each product.
const keptDeliveries = 2_000;
const keptRefusals = 100;

/** The ledger. Deliveries are judged one after another, each by what the previous one has queued. */
export function createDeliveries(rows: FakeRows, queue: Queue): Store["deliveries"] {
  let lastId = 0;
  const ledgerOf = (product: ProductId) => rows.deliveries.filter((row) => row.product === product);

  return {
    async record(product, deliveries, judge, at) {
      const found = rows.products.get(product);
      if (!found || rows.deletedProducts.has(product))
        throw new Error(`Product ${product} is gone: nothing can be delivered to it`);
      const recorded = deliveries.map((delivery): Recorded => {
        const earlier = earlierOf(ledgerOf(product), delivery);
        const judgement = judge(delivery.event, delivery.again !== null, {
          repository: found.repository,
          paths: rows.sources.get(product)?.paths ?? [],
          installations: factsOf(rows, product),
          earlier,
        });
        const made = judgement.deploys.map((id) => deploy(id, judgement, delivery.by, at));
        const deployments = made.length > 0 ? made : [...new Set(judgement.same)];
        const { outcome, verdict } = judgement;
        if (delivery.quiet && made.length === 0) return { id: null, outcome, verdict, deployments };
        const id = ++lastId;
        rows.deliveries.push(
          rowOf(delivery, judgement, { id, product, at, deployments, isRepeated: earlier !== null }),
        );
        return { id, outcome, verdict, deployments };
      });
      keepNewest(rows, product, (row) => row.outcome !== "refused", keptDeliveries);
      return recorded;
    },

    async refuse(product, { via, deliveryId, name, reason, headers, bodyBytes }, at) {
      rows.deliveries.push({
        ...{ id: ++lastId, product, at, via, deliveryId, name, headers, bodyBytes },
        ...{ outcome: "refused", verdict: reason, deployments: [], commit: null, again: null },
        ...{ event: null, body: null, digest: null, first: false },
      });
      keepNewest(rows, product, (row) => row.outcome === "refused", keptRefusals);
    },

    list: async (product, { limit, before = Number.POSITIVE_INFINITY }) =>
      ledgerOf(product)
        .filter(({ id }) => id < before)
        .reverse()
        .slice(0, limit),
    get: async (product, id) => ledgerOf(product).find((row) => row.id === id) ?? null,
    async newestFromForge(product) {
      const newest = ledgerOf(product).findLast((row) => row.outcome !== "refused" && row.via !== "baton");
      return newest ? { event: newest.event, headers: newest.headers } : null;
    },
  };

  function deploy(id: InstallationId, { branch }: Judgement, by: string, at: Date): DeploymentId {
    const installation = rows.installations.get(id);
    // An installation without a branch tracks the forge's default branch from now on.
    if (installation?.branch === null) rows.installations.set(id, { ...installation, branch });
    const request = { id: null, installationId: id, trigger: "webhook", by, ref: branch, commit: null } as const;
    const queued = queue.enqueue({ ...request, sourceId: null, variables: "now", supersedes: true }, at);
    if (queued === "changed") throw new Error("nothing was asked to be the same");
    return queued.deployment.id;
  }
}

/** The earlier delivery with the same id, or else with the same body. */
function earlierOf(ledger: readonly DeliveryRow[], { deliveryId, content }: NewDelivery): DeliveryFacts["earlier"] {
  const firsts = ledger.filter(({ first }) => first);
  const row =
    (deliveryId === null ? undefined : firsts.find((one) => one.deliveryId === deliveryId)) ??
    (content === null ? undefined : firsts.find((one) => one.digest === content.digest));
  return row ? { id: row.id, deployments: row.deployments } : null;
}

function rowOf(
  { via, deliveryId, name, again, event, content }: NewDelivery,
  { outcome, verdict, commit }: Judgement,
  more: Pick<DeliveryRow, "id" | "product" | "at" | "deployments"> & { readonly isRepeated: boolean },
): DeliveryRow {
  const { isRepeated, ...facts } = more;
  const first = !isRepeated && again === null;
  // The earlier delivery has the same content.
  const isKept = first || again !== null;
  const { digest = null, headers = null, body = null, bodyBytes = null } = (isKept ? content : null) ?? {};
  return {
    ...{ ...facts, via, deliveryId, name, again, outcome, verdict, commit, first },
    ...{ event: isKept ? event : null, digest, headers, body, bodyBytes },
  };
}

function factsOf(rows: FakeRows, product: ProductId): readonly InstallationFacts[] {
  return [...rows.installations.values()]
    .filter(({ id, productId }) => productId === product && !rows.deletedInstallations.has(id))
    .sort((a, b) => a.id - b.id)
    .map(({ id, branch, environmentId, liveDeploymentId }) => {
      const own = deploymentsOf(rows, id);
      const isPushed = ({ trigger }: Deployment) => trigger === "push" || trigger === "webhook" || trigger === "api";
      return {
        ...{ id, branch, environment: rows.environments.get(environmentId)?.name ?? "" },
        undecided: commitOf(
          rows,
          own.findLast(({ status }) => !isOver(status)),
        ),
        live: commitOf(
          rows,
          own.find((row) => row.id === liveDeploymentId),
        ),
        newest: commitOf(rows, own.findLast(isPushed)),
      };
    });
}

/** A deployment has no commit before its fetch; until then the commit is the one that its delivery named. */
function commitOf(rows: FakeRows, deployment: Deployment | undefined): DeployedCommit | null {
  if (!deployment) return null;
  const { id, commit } = deployment;
  const named = rows.deliveries.find((row) => row.deployments.includes(id))?.commit ?? null;
  return { deployment: id, commit: commit?.sha ?? named };
}

function keepNewest(rows: FakeRows, product: ProductId, isCounted: (row: DeliveryRow) => boolean, count: number): void {
  const counted = rows.deliveries.filter((row) => row.product === product && isCounted(row));
  for (const row of counted.slice(0, Math.max(0, counted.length - count)))
    rows.deliveries.splice(rows.deliveries.indexOf(row), 1);
}
