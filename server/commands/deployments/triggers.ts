import type { Deployment, Queued } from "../../model/deployment/deployment.ts";
import { isOver, readyAtOf, specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Git } from "../../ports/git.ts";
import type { RouteFault } from "../../ports/proxy.ts";
import type { DeploymentRequest, Store } from "../../ports/store/store.ts";
import { createAddresses } from "../products/addresses.ts";
import { createEnvironments, type Environments } from "../products/environments.ts";
import { createHosting, type Hosting } from "../products/hosting.ts";
import { createInstalling, type Installing } from "../products/installing.ts";
import { createSampling, type Sampling } from "../products/sampling.ts";
import { type Refused, refused } from "../refused.ts";
import type { Asked } from "./asked.ts";
import { askedVersion, namesNothing, type VersionRequest } from "./asked-version.ts";

export type { Refused } from "../refused.ts";
export type { Asked } from "./asked.ts";

/** Who may ask Baton for something, and how: every method writes intent and returns; the queue or the reconciler acts. */
export interface Triggers extends Installing, Hosting, Sampling, Environments {
  /**
   * Queue a deployment of a branch, tag or commit; without either, of the tracked branch. A commit that is named with a
   * ref must be part of it: told now of what was pushed here, and when it is fetched of what is elsewhere.
   */
  deploy(id: InstallationId, version: VersionRequest, by: string, signal: AbortSignal): Promise<Asked>;
  /** Queue the commit of a deployment that failed once more, whatever its branch has become; its ref when it had none yet. */
  retry(failed: Deployment, by: string, signal: AbortSignal): Promise<Asked>;
  /** Make a version that was ready live again, with the variables it had ("then") or today's ("now"). */
  redeploy(deployment: Deployment, variables: "then" | "now", by: string, signal: AbortSignal): Promise<Asked>;
  /**
   * Give the live version today's variables and settings: what keeps data and what prepares it is left alone unless its
   * own settings changed, and images are built again where that is part of the build. Refused while another is under way.
   */
  apply(id: InstallationId, by: string): Promise<Asked>;
  /**
   * Make the version that is live anew, or, after a stop, the last that was ready: all stacks, pulled images pulled again,
   * stateful services replaced too, today's variables. `sessionId`: its progress can be followed under this name.
   */
  redeployProduct(
    id: InstallationId,
    request: { readonly by: string; readonly sessionId: string | null },
  ): Promise<{ readonly type: "queued"; readonly deployment: Queued } | Refused>;
  cancel(deployment: Deployment): Promise<{ readonly type: "cancelled" | "asked" } | Refused>;
  /** Containers stop, the address answers 503; volumes and versions stay. */
  stop(id: InstallationId): Promise<{ readonly type: "stopped" } | Refused>;
}

export function createTriggers(needs: {
  readonly store: Store;
  readonly engine: Engine;
  readonly git: Git;
  readonly clock: Clock;
  /** The server's base domain, below which apps are served. */
  readonly domain: string;
  readonly publicUrl: URL;
  /** Repositories may be in private networks. */
  readonly allowPrivateRepositories: boolean;
  /** Makes the proxy know the hosts that the database has. */
  readonly publishRoutes: (signal: AbortSignal) => Promise<readonly RouteFault[]>;
  /** The sample app's files, by path. */
  readonly readSample: () => Promise<ReadonlyMap<string, Buffer>>;
  /** There is work in the queue. */
  readonly wakeQueue: () => void;
  /** Something is to be stopped or removed. */
  readonly wakeReconciler: () => void;
}): Triggers {
  const { store, engine, git, clock, domain, publishRoutes, wakeQueue, wakeReconciler } = needs;
  const { allowPrivateRepositories, readSample } = needs;
  const publicHost = needs.publicUrl.hostname;
  const addresses = createAddresses({ store, domain, publicHost });
  const installing = createInstalling({ store, git, addresses, allowPrivateRepositories, wakeQueue, wakeReconciler });

  return {
    ...installing,
    ...createEnvironments({ store, install: installing.install }),
    ...createHosting({ store, addresses, domain, publicHost, publishRoutes }),
    ...createSampling({
      ...{ git, clock, readSample, createProduct: installing.createProduct },
      deploy: (id, commit, by, signal) => deploy(id, { commit }, by, signal),
    }),

    deploy,

    async retry({ installationId, ref, commit }, by, signal) {
      if (!commit) return deploy(installationId, { ref: ref ?? undefined }, by, signal);
      const installation = await store.installations.get(installationId);
      const product = installation && (await store.products.get(installation.productId));
      if (!product) return refused("not_found", "the product of this deployment is gone");
      if (product.repository === null && !(await git.resolve(product.id, commit.sha, signal))) {
        return namesNothing(commit.sha);
      }
      return enqueue({ installationId, trigger: "api", by, ref, commit, sourceId: null, variables: "now" }, false);
    },

    async redeploy(source, variables, by, signal) {
      const spec = specOf(source);
      if (!readyAtOf(source) || !spec) {
        return refused("conflict", `deployment ${source.number} was never ready, so it cannot be made live again`);
      }
      const installation = await store.installations.get(source.installationId);
      if (!installation) return refused("not_found", "the product of this deployment is gone");
      const images = await Promise.all(servicesOf(spec).map((service) => engine.inspectImage(service.image, signal)));
      return enqueue(
        {
          installationId: source.installationId,
          trigger: installation.liveDeploymentId === source.id ? "redeploy" : "rollback",
          by,
          ref: source.ref,
          commit: source.commit,
          sourceId: source.id,
          variables,
        },
        images.includes(null),
      );
    },

    async apply(id, by) {
      const installation = await store.installations.get(id);
      if (!installation) return refused("not_found", `there is no product deployment ${id}`);
      const { liveDeploymentId } = installation;
      const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
      if (!live) return refused("conflict", "nothing is live, so there is nothing to apply changes to");
      const others = (await store.deployments.undecided(id)).filter((one) => one.id !== live.id);
      if (others[0]) {
        return refused(
          "conflict",
          `deployment ${others[0].number} is under way: apply the changes when it has finished`,
        );
      }
      const { ref, commit } = live;
      const version = { ref, commit, sourceId: live.id, variables: "now" } as const;
      return enqueue({ installationId: id, trigger: "redeploy", by, ...version }, false);
    },

    async redeployProduct(id, { by, sessionId }) {
      const installation = await store.installations.get(id);
      if (!installation) return refused("not_found", `there is no product deployment ${id}`);
      const { liveDeploymentId } = installation;
      const [lastReady] = await store.deployments.lastReady(id, 1);
      const source = liveDeploymentId === null ? lastReady : await store.deployments.get(liveDeploymentId);
      if (!source) return refused("conflict", "no version was ever ready, so there is nothing to redeploy");
      const { ref, commit } = source;
      const version = { ref, commit, sourceId: source.id, variables: "now", fresh: true } as const;
      return enqueue({ installationId: id, trigger: "redeploy", by, sessionId, ...version }, false);
    },

    async cancel(deployment) {
      const outcome = await store.deployments.requestCancel(deployment.id, clock.now());
      wakeQueue();
      if (outcome === "stopped") return { type: "cancelled" };
      if (outcome === "asked") return { type: "asked" };
      const now = await store.deployments.get(deployment.id);
      return refused(
        "conflict",
        now && isOver(now.status)
          ? `deployment ${deployment.number} has already finished (${now.status})`
          : `deployment ${deployment.number} is being cut over and can no longer be cancelled`,
      );
    },

    async stop(id) {
      const outcome = await store.installations.stop(id, clock.now());
      if (!outcome)
        return refused("conflict", "a deployment is running: cancel it first, or wait until it has finished");
      wakeReconciler();
      return { type: "stopped" };
    },
  };

  async function deploy(id: InstallationId, version: VersionRequest, by: string, signal: AbortSignal): Promise<Asked> {
    const installation = await store.installations.get(id);
    if (!installation) return refused("not_found", `there is no product deployment ${id}`);
    const product = await store.products.get(installation.productId);
    if (!product) return refused("not_found", "the product of this deployment is gone");
    const asked = await askedVersion(git, product, installation, version, signal);
    if ("type" in asked) return asked;
    return enqueue({ installationId: id, trigger: "api", by, sourceId: null, variables: "now", ...asked }, false);
  }

  async function enqueue(request: Omit<DeploymentRequest, "id" | "supersedes">, rebuild: boolean): Promise<Asked> {
    const outcome = await store.deployments.enqueue({ ...request, id: null, supersedes: false }, clock.now());
    if (outcome === "changed") throw new Error("a request without a guard cannot have changed");
    wakeQueue();
    return { type: "queued", deployment: outcome.deployment, rebuild };
  }
}
