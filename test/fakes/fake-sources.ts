import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { isOver } from "../../server/model/deployment/deployment.ts";
import type { InstallationId, ProductId } from "../../server/model/names/ids.ts";
import type { Installation } from "../../server/model/product.ts";
import { plainSource, type Source } from "../../server/model/source.ts";
import type { DeployedCommit, LedgerDetail, Recorded } from "../../server/ports/store/deliveries.ts";
import type { SourceCredentials } from "../../server/ports/store/sources.ts";
import type { Store } from "../../server/ports/store/store.ts";

interface Secrets extends SourceCredentials {
  readonly webhookSecret: string | null;
}

const none: Secrets = { token: null, privateKey: null, hostKey: null, webhookSecret: null };

/** Sources in memory, secrets and all. */
export function createFakeSources(): Store["sources"] {
  const sources = new Map<ProductId, Source>();
  const secrets = new Map<ProductId, Secrets>();
  const of = (id: ProductId) => sources.get(id) ?? plainSource;
  const set = (id: ProductId, changes: Partial<Source>) => void sources.set(id, { ...of(id), ...changes });
  const keep = (id: ProductId, changes: Partial<Secrets>) =>
    void secrets.set(id, { ...(secrets.get(id) ?? none), ...changes });
  return {
    get: async (id) => of(id),
    async change(id, { token, ...changes }) {
      set(id, changes);
      if (changes.hostKey === null) keep(id, { hostKey: null });
      if (token === undefined) return;
      keep(id, { token });
      set(id, { hasToken: token !== null });
    },
    credentials: async (id) => secrets.get(id) ?? none,
    webhookSecret: async (id) => secrets.get(id)?.webhookSecret ?? null,
    async setWebhookSecret(id, webhookSecret) {
      keep(id, { webhookSecret });
      set(id, { hasWebhookSecret: true, pingedAt: null });
    },
    async setDeployKey(id, key) {
      keep(id, { privateKey: key?.privateKey ?? null });
      set(id, { deployKey: key?.publicKey ?? null });
    },
    async rememberHostKey(id, hostKey) {
      if (of(id).hostKey !== null) return;
      keep(id, { hostKey });
      set(id, { hostKey });
    },
    async recordPing(id, pingedAt) {
      set(id, { pingedAt });
    },
    takeDuePolls: async () => [],
  };
}

/** The ledger in memory: the same contract, one delivery after the other. */
export function createFakeDeliveries(needs: {
  readonly products: Store["products"];
  readonly installations: Store["installations"];
  readonly deployments: Store["deployments"];
  readonly sources: Store["sources"];
  /** Every deployment there is. */
  readonly all: () => readonly Deployment[];
}): Store["deliveries"] {
  const ledger: (LedgerDetail & { readonly product: ProductId; readonly digest: string | null })[] = [];
  let lastId = 0;

  const commitOf = (deployment: Deployment | undefined): DeployedCommit | null =>
    deployment === undefined
      ? null
      : {
          deployment: deployment.id,
          commit:
            deployment.commit?.sha ?? ledger.find((one) => one.deployments.includes(deployment.id))?.commit ?? null,
        };
  const factsOf = (installation: Installation) => {
    const own = needs.all().filter((one) => one.installationId === installation.id);
    return {
      ...{ id: installation.id, branch: installation.branch, environment: "production" },
      undecided: commitOf(own.findLast((one) => !isOver(one.status))),
      live: commitOf(own.find((one) => one.id === installation.liveDeploymentId)),
      newest: commitOf(own.at(-1)),
    };
  };

  return {
    async record(product, deliveries, judge, at) {
      const recorded: Recorded[] = [];
      for (const { via, deliveryId, name, event, again, by, content } of deliveries) {
        const digest = content?.digest ?? null;
        const earlier = ledger.find(
          (one) =>
            one.product === product &&
            one.outcome !== "refused" &&
            ((deliveryId !== null && one.deliveryId === deliveryId) || (digest !== null && one.digest === digest)),
        );
        const judgement = judge(event, again !== null, {
          repository: (await needs.products.get(product))?.repository ?? null,
          paths: (await needs.sources.get(product)).paths,
          installations: (await needs.installations.ofProduct(product)).map(factsOf),
          earlier: earlier ? { id: earlier.id, deployments: earlier.deployments } : null,
        });
        const queued = await Promise.all(judgement.deploys.map((id) => queue(id, judgement.branch, by, at)));
        const { outcome, verdict, commit } = judgement;
        const one = { id: ++lastId, outcome, verdict, deployments: queued.length > 0 ? queued : judgement.same };
        ledger.push({
          ...{ ...one, product, digest, at, via, deliveryId, name, commit, again, event },
          ...{ headers: content?.headers ?? null, body: content?.body ?? null, bodyBytes: content?.bodyBytes ?? null },
        });
        recorded.push(one);
      }
      return recorded;
    },
    async refuse(product, { via, deliveryId, name, reason, headers, bodyBytes }, at) {
      ledger.push({
        ...{
          id: ++lastId,
          product,
          at,
          via,
          deliveryId,
          name,
          headers,
          bodyBytes,
          outcome: "refused",
          verdict: reason,
        },
        ...{ deployments: [], commit: null, again: null, event: null, body: null, digest: null },
      });
    },
    list: async (product, { limit, before }) =>
      ledger
        .filter((one) => one.product === product && (before === undefined || one.id < before))
        .reverse()
        .slice(0, limit),
    get: async (product, id) => ledger.find((one) => one.product === product && one.id === id) ?? null,
    newestFromForge: async (product) =>
      ledger.findLast((one) => one.product === product && one.outcome !== "refused" && one.via !== "baton") ?? null,
  };

  async function queue(installationId: InstallationId, ref: string | null, by: string, at: Date) {
    const outcome = await needs.deployments.enqueue(
      {
        ...{ id: null, installationId, trigger: "webhook", by, ref, commit: null, sourceId: null, variables: "now" },
        supersedes: true,
      },
      at,
    );
    if (outcome === "changed") throw new Error("nothing was asked to be the same");
    return outcome.deployment.id;
  }
}
