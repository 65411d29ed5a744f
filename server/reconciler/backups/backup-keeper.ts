import { createWakeUp } from "../../async/wake-up.ts";
import { backUp } from "../../commands/backups/back-up.ts";
import type { Backup } from "../../model/backup.ts";
import { removeExpired } from "../../pipeline/data/make-backup.ts";
import { nextTime } from "../../rules/backup/schedule.ts";
import type { BackupContext, BackupNeeds } from "./backup-context.ts";
import { createDrillKeeper } from "./drill-keeper.ts";
import { makeOwnBackup } from "./own-backup-keeper.ts";
import { runBackup } from "./run-backup.ts";
import { runRestore } from "./run-restore.ts";

const lookEveryMs = 15_000;

export interface BackupKeeper {
  start(): void;
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Carries out backups of products and of Baton itself, restores and restore drills, one at a time, since each of them reads or writes as fast as the disk
 * allows: those that somebody asked for, and those whose time has come. A restore does not wait for a drill.
 */
export function createBackupKeeper(needs: BackupNeeds): BackupKeeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  const context: BackupContext = { ...needs, signal };
  const news = createWakeUp(needs.clock);
  let loop: Promise<void> | null = null;
  const drills = createDrillKeeper(context);

  return {
    start() {
      loop ??= work();
    },
    wake() {
      news.wake();
      drills.giveWay().catch((error: unknown) => context.log.warn({ err: error }, "a restore waits for a drill"));
    },
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await loop;
    },
  };

  async function work(): Promise<void> {
    const leftovers = createLeftovers(context);
    let mayBeFrozen = true;
    while (!signal.aborted) {
      try {
        // Between two jobs nothing is read, so whatever is still frozen was left behind.
        if (mayBeFrozen) mayBeFrozen = await resumeFrozen(context);
        await leftovers.fail();
        await leftovers.remove();
        await requestDue(context);
        mayBeFrozen = (await carryOut(context)) || mayBeFrozen;
        await makeOwnBackup(context);
        // Backups may have been asked for meanwhile, and other drills may wait.
        if (await drills.next()) news.wake();
      } catch (error) {
        mayBeFrozen = true;
        if (!signal.aborted) context.log.warn({ err: error }, "looking after backups failed; it will be retried");
      }
      await news.next(lookEveryMs, signal).catch(() => {});
    }
  }
}

/**
 * An app must not stay frozen because the server that read its files was killed, or Docker was away at the end. Resolves
 * with whether some are left to whoever reads their files now.
 */
async function resumeFrozen({ engine, backupTools, dataTurns, log, signal }: BackupContext): Promise<boolean> {
  const containers = await engine.listContainers({ all: true }, signal);
  const frozen = containers.filter(({ status }) => status === "paused");
  const left = frozen.filter(({ owner }) => !dataTurns.isTaken(owner.installation)).map(({ id }) => id);
  if (left.length > 0) {
    await backupTools.resume(left, signal);
    log.warn({ containers: left }, "a backup that was broken off had left containers frozen; they go on");
  }
  return left.length < frozen.length;
}

/** What was running when the last server ended. A place that cannot be reached now is asked again until it can. */
function createLeftovers({ store, clock, log, backupTools, wakeReconciler }: BackupContext) {
  let haveFailed = false;
  const left = new Map<string, Backup["id"]>();
  const told = new Set<string>();
  return {
    async fail() {
      if (haveFailed) return;
      const failed = await store.backups.failUnfinished("Baton stopped while it was running", clock.now());
      haveFailed = true;
      wakeReconciler();
      for (const { id, folder } of failed) {
        log.warn({ backup: id }, "a backup was broken off by the end of the last server");
        left.set(folder, id);
      }
    },
    async remove() {
      if (left.size === 0) return;
      const place = await store.backups.openPlace();
      for (const [folder, backup] of left) {
        try {
          await backupTools.removeUnfinished(place, folder);
          left.delete(folder);
        } catch (error) {
          if (!told.has(folder))
            log.warn({ err: error, backup }, "what it left cannot be removed yet; it will be retried");
          told.add(folder);
        }
      }
    },
  };
}

async function requestDue(context: BackupContext): Promise<void> {
  const { store, clock } = context;
  for (const { installation, ...plan } of await store.backups.duePlans(clock.now())) {
    const now = clock.now();
    // First, so that a crash skips a backup instead of repeating it for ever. What was missed comes once.
    const nextAt = plan.cron === null ? null : nextTime(plan.cron, plan.timezone, now);
    await store.backups.setPlan(installation, { ...plan, nextAt });
    await backUp({ ...context, wakeBackups: () => {} }, { installation, service: null, by: null, reason: "schedule" });
  }
}

/** Resolves with whether there was anything to do. */
async function carryOut(context: BackupContext): Promise<boolean> {
  const { store, clock, dataTurns, log, signal } = context;
  for (let jobs = 0; !signal.aborted; jobs++) {
    const restore = await store.backups.takeRestore(clock.now());
    if (restore) {
      using _turn = await dataTurns.take(restore.installationId, signal);
      await runRestore(context, restore);
      continue;
    }
    const backup = await store.backups.take(clock.now());
    if (!backup) return jobs > 0;
    using _turn = await dataTurns.take(backup.installationId, signal);
    if (!(await runBackup(context, backup))) continue;
    await removeExpired(context, backup, signal, (error, { id }) => {
      log.warn({ err: error, backup: id }, "an old backup could not be removed");
    });
  }
  return true;
}
