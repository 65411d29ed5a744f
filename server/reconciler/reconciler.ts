import { createWakeUp } from "../async/wake-up.ts";
import { isOver } from "../model/deployment/deployment.ts";
import type { HostAddress } from "../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import type { Log } from "../ports/log.ts";
import { type DesiredState, type Repair, reconcile, type ObservedState as Seen } from "../rules/rollout/reconcile.ts";
import { createBuildCacheKeeper } from "./build-cache.ts";
import type { ReconcilerContext } from "./context.ts";
import { removeDeleted, withdrawDeleted } from "./deletions.ts";
import { removeUnneededImages } from "./images.ts";
import { removeVersion } from "./remove-version.ts";
import { clearStrayCommits } from "./repositories.ts";
import { restoreService } from "./restore-service.ts";

const lookEveryMs = 30_000;

export interface Reconciler {
  /** Looks after things now, and every 30 s from now on. Resolves after the first look. */
  start(): Promise<void>;
  wake(): void;
  /** A deployment is over: what it replaced, or left behind, is drained and removed; then it is settled. */
  settle(installation: InstallationId, deployment: DeploymentId): void;
  /** Ends the waiting; draining goes on after the next start. */
  stop(): Promise<void>;
}

/**
 * Looks after what belongs to no running deployment: replaced versions are drained and removed, stopped and deleted
 * products taken down, and whatever differs from the rows is put right.
 */
export function createReconciler(needs: ReconcilerContext & { readonly log: Log }): Reconciler {
  const { store, clock, log } = needs;
  const keepBuildCacheSmall = createBuildCacheKeeper(needs);
  const stopping = new AbortController();
  const { signal } = stopping;
  const news = createWakeUp(clock);
  const removing = new Map<
    DeploymentId,
    { readonly installation: InstallationId | null; readonly done: Promise<void> }
  >();
  const settling = new Set<Promise<void>>();
  let loop: Promise<void> | null = null;
  let looking: Promise<void> = Promise.resolve();
  let hasPublished = false;

  return {
    async start() {
      await look();
      await settleWhatWasLeft().catch((error: unknown) =>
        complain(error, "finishing earlier deployments failed; it will be retried"),
      );
      await clearStrayCommits(needs).catch((error: unknown) =>
        complain(error, "removing stray commits failed; it will be retried"),
      );
      loop ??= keepLooking();
    },
    wake: news.wake,
    settle: beginToSettle,
    async stop() {
      stopping.abort(new Error("the server stops"));
      await Promise.allSettled([loop, looking, ...settling, ...[...removing.values()].map(({ done }) => done)]);
    },
  };

  async function keepLooking(): Promise<void> {
    while (!signal.aborted) {
      await news.next(lookEveryMs, signal).catch(() => {});
      if (!signal.aborted) await look();
      // Not waited for: it may take minutes.
      void keepBuildCacheSmall(signal).catch((error: unknown) =>
        complain(error, "trimming the build cache failed; it will be retried"),
      );
    }
  }

  /** One look at a time: a repair is decided on what the one before has left. */
  function look(): Promise<void> {
    looking = looking
      .then(lookOnce)
      .catch((error: unknown) => complain(error, "the regular check failed; it will be retried"));
    return looking;
  }

  async function lookOnce(): Promise<void> {
    signal.throwIfAborted();
    await guard();
    await publishOnce().catch((error: unknown) =>
      complain(error, "updating the proxy's hosts failed; it will be retried"),
    );
    const withdrawn = await withdrawOnce();
    // The world first: a thing that is seen there has its row already, since intent is written before effects.
    const seen = await see();
    const rows = await read(withdrawn);
    for (const repair of reconcile(rows, seen)) {
      await carryOut(repair).catch((error: unknown) =>
        complain(error, `the repair "${repair.type}" failed; it will be retried`),
      );
    }
    await removeDeleted(needs, withdrawn, signal);
  }

  /** What the proxy serves since the last shift may not be what the database has, or what this version would make of it. */
  async function publishOnce(): Promise<void> {
    if (hasPublished) return;
    await needs.publishRoutes(signal);
    hasPublished = true;
  }

  /** What the proxy could not let go stays whole until the next look. */
  function withdrawOnce(): Promise<ReadonlySet<InstallationId>> {
    return withdrawDeleted(needs, signal).catch((error: unknown) => {
      complain(error, "removing the addresses of deleted products from the proxy failed; it will be retried");
      return new Set();
    });
  }

  /** Docker, when it is started, and other programs clear what they did not set. */
  async function guard(): Promise<void> {
    const before = needs.firewall.state();
    const now = await needs.firewall.apply(signal);
    if (now.type === "missing" && before?.type !== "missing") {
      log.warn({}, `Baton's firewall rules are not in place: ${now.why}`);
    }
    await limitBuilds();
  }

  /** A reboot forgets it. */
  async function limitBuilds(): Promise<void> {
    const before = needs.buildLimiter.state();
    const now = await needs.buildLimiter.apply(signal);
    if (now.type === "missing" && before?.type !== "missing") {
      log.warn({}, `The memory and processes of builds are not limited: ${now.why}`);
    }
  }

  async function see(): Promise<Seen> {
    const { engine, proxy } = needs;
    const folders = await proxy.listFolders();
    const current = new Map<InstallationId, DeploymentId | "stopped">();
    const upstreams = new Map<InstallationId, ReadonlyMap<string, HostAddress>>();
    for (const installation of folders.keys()) {
      const target = await proxy.current(installation);
      if (target !== null) current.set(installation, target);
      if (target !== null && target !== "stopped") {
        upstreams.set(installation, await proxy.addressesOf(installation, target));
      }
    }
    const [containers, networks] = await Promise.all([
      engine.listContainers({ all: true }, signal),
      engine.listNetworks(signal),
    ]);
    return { containers, networks, folders, current, upstreams };
  }

  async function read(withdrawn: ReadonlySet<InstallationId>): Promise<DesiredState> {
    const leaseHolders = await store.leases.holders();
    const { queued, running } = await store.deployments.queue();
    // These before those: one that is deleted in between is taken for one that is not.
    const installations = await store.installations.list();
    const deleted = (await store.installations.deleted()).map(({ id }) => id);
    const live = await Promise.all(
      installations.flatMap(({ liveDeploymentId }) =>
        liveDeploymentId === null ? [] : [store.deployments.get(liveDeploymentId)],
      ),
    );
    // What a watched version may have to go back to is not live any more, and yet whole.
    const replaced = await Promise.all(
      running.flatMap((deployment) =>
        deployment.status === "deploying" && deployment.step === "watch" && deployment.replacedId !== null
          ? [store.deployments.get(deployment.replacedId)]
          : [],
      ),
    );
    const others = [...live, ...replaced].filter((one) => one !== null);
    return {
      installations,
      stillServed: new Set(deleted.filter((id) => !withdrawn.has(id))),
      leaseHolders,
      deployments: [...queued, ...running, ...others],
    };
  }

  async function carryOut(repair: Repair): Promise<void> {
    switch (repair.type) {
      case "switch":
        log.info(repair, "the proxy served a different version from the one in the database; correcting it");
        await needs.proxy.switchTo(repair.installation, repair.to);
        return;
      case "update-upstream":
        log.info(repair, "traffic of a service went to an address its container no longer has; correcting it");
        await needs.proxy.prepare(repair.installation, repair.deployment, new Map([[repair.service, repair.address]]));
        return;
      case "restore-service":
        log.info(repair, "a container of a live version is missing; starting it");
        await restoreService(needs, repair, signal);
        return;
      case "remove-network":
        await needs.engine.removeNetwork(repair.name, signal);
        await store.leases.release({ installation: repair.installation });
        return;
      case "forget-installation":
        await needs.proxy.forgetInstallation(repair.installation);
        return;
      case "remove-version":
        beginToRemove(repair);
        return;
    }
  }

  /** Draining takes its time and must not keep anything else waiting. */
  function beginToRemove({ installation, deployment, except }: Extract<Repair, { type: "remove-version" }>): void {
    if (removing.has(deployment)) return;
    const done = removeVersion(needs, { installation, deployment, except }, signal)
      .catch((error: unknown) => complain(error, "removing a version failed; it will be retried"))
      .finally(() => {
        removing.delete(deployment);
        // What could not be done beside it can be done now.
        news.wake();
      });
    removing.set(deployment, { installation, done });
  }

  function beginToSettle(installation: InstallationId, deployment: DeploymentId): void {
    const settled = settle(installation, deployment)
      .catch((error: unknown) => complain(error, "finishing a deployment failed; it will be retried"))
      .finally(() => settling.delete(settled));
    settling.add(settled);
  }

  /** A server that died after the end of a deployment has told nobody that nothing more will come. */
  async function settleWhatWasLeft(): Promise<void> {
    for (const { installation, deployment } of await store.events.unsettled()) beginToSettle(installation, deployment);
  }

  async function settle(installation: InstallationId, deployment: DeploymentId): Promise<void> {
    await look();
    const leaving = [...removing.values()].filter((one) => one.installation === installation);
    await Promise.all(leaving.map(({ done }) => done));
    signal.throwIfAborted();
    const now = await store.deployments.get(deployment);
    if (!now || !isOver(now.status)) return;
    await store.events.append(deployment, [{ type: "settled" }]);
    await removeUnneededImages(needs, signal);
  }

  function complain(error: unknown, message: string): void {
    if (!signal.aborted) log.warn({ err: error }, message);
  }
}
