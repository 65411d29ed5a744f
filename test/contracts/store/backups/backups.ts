import { beforeEach, describe, expect, it } from "vitest";
import { type BackupPlace, usualPlan } from "../../../../server/model/backup.ts";
import type { DeploymentId, InstallationId } from "../../../../server/model/names/ids.ts";
import type { NewBackup } from "../../../../server/ports/store/backups.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure } from "../../../model/a-deployment.ts";
import { anInstallation, deploying, type MakeStore, moved } from "../lifecycle.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 30, 3, minute));
const dumped = {
  files: [{ name: "shop.pgdump.gz", of: "shop", bytes: 700 }],
  ...{ readBytes: 5_000, storedBytes: 700, frozenMs: 0, facts: { tables: 2, rows: 31, isEstimate: false } },
};

const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);

export function backupsContract(make: MakeStore): void {
  let store: Store;
  let installation: InstallationId;
  const ask = (changes: Partial<NewBackup> = {}, minute = 0) =>
    store.backups.request(
      {
        ...{ installation, service: "db", method: "postgres", reason: "manual", deployment: null },
        ...{ requestedBy: "Ada", folder: "shop/production/db/1", isEncrypted: false, ...changes },
      },
      at(minute),
    );
  beforeEach(async () => {
    ({ store } = await make());
    installation = await anInstallation(store);
  });

  describe("a backup", () => {
    it("waits, runs, says how far it is, and is done", async () => {
      const first = await ask();
      const second = await ask({ service: "files", method: "volume" }, 1);
      expect(first).toMatchObject({ status: "queued", startedAt: null, files: [], requestedBy: "Ada" });
      expect(await store.backups.list({ installation, unfinished: true })).toHaveLength(2);
      expect(await store.backups.take(at(2))).toMatchObject({ id: first.id, status: "running", startedAt: at(2) });
      await store.backups.progress(first.id, 100, 10);
      expect(await store.backups.get(first.id)).toMatchObject({ readBytes: 100, storedBytes: 10 });
      await store.backups.finish(first.id, { type: "done", ...dumped }, at(3));
      await store.backups.progress(first.id, 1, 1);
      expect(await store.backups.get(first.id)).toMatchObject({ ...dumped, status: "done", finishedAt: at(3) });
      expect((await store.backups.take(at(4)))?.id).toBe(second.id);
      expect(await store.backups.take(at(4))).toBeNull();
      expect(await store.backups.list({ installation, kept: true })).toMatchObject([{ id: first.id }]);
      await store.backups.removed(first.id, at(5));
      expect(await store.backups.list({ installation, kept: true })).toEqual([]);
      expect(await store.backups.list({ installation, service: "files" })).toHaveLength(1);
      expect(await store.backups.list({ installation, before: second.id })).toMatchObject([{ removedAt: at(5) }]);
    });

    it("fails, once", async () => {
      const { id } = await ask();
      await store.backups.take(at(1));
      await store.backups.finish(id, { type: "failed", failure: "The disk is full" }, at(2));
      await store.backups.finish(id, { type: "done", ...dumped }, at(3));
      expect(await store.backups.get(id)).toMatchObject({ status: "failed", failure: "The disk is full", files: [] });
    });

    it("that runs when the server dies has failed; one that waits goes on waiting", async () => {
      const [running, waiting] = [await ask(), await ask()];
      await store.backups.take(at(1));
      const failed = await store.backups.failUnfinished("Baton stopped", at(2));
      expect(failed.map(({ id }) => id)).toEqual([running.id]);
      expect((await store.backups.get(running.id))?.failure).toBe("Baton stopped");
      expect((await store.backups.get(waiting.id))?.status).toBe("queued");
    });
  });

  describe("a restore", () => {
    it("is the only one of its installation until it is finished", async () => {
      const { id: backup } = await ask();
      const request = { backup, installation, into: "same", requestedBy: "Ada" } as const;
      const [first, second] = await Promise.all([
        store.backups.requestRestore(request, at(1)),
        store.backups.requestRestore(request, at(1)),
      ]);
      const made = first ?? second;
      expect([first, second].filter((one) => one === null)).toHaveLength(1);
      if (!made) throw new Error("none was made");
      expect(await store.backups.takeRestore(at(2))).toMatchObject({ id: made.id, status: "running" });
      expect(await store.backups.takeRestore(at(2))).toBeNull();
      const safety = await ask({ reason: "before-restore" });
      await store.backups.noteSafety(made.id, safety.id);
      expect(await store.backups.restores({ unfinished: true })).toMatchObject([{ safetyBackupId: safety.id }]);
      await store.backups.finishRestore(made.id, { restored: ["shop"] }, at(3));
      await store.backups.finishRestore(made.id, { failure: "too late" }, at(4));
      expect(await store.backups.restores({ installation })).toMatchObject([
        { status: "done", restored: ["shop"], failure: null, finishedAt: at(3) },
      ]);
      expect(await store.backups.requestRestore({ ...request, into: "new" }, at(5))).not.toBeNull();
    });
  });

  describe("what a deployment makes itself", () => {
    const make = async () => {
      const running = await deploying(store, installation);
      const backup = await ask({ madeFor: running.id, reason: "before-restore" }, 1);
      const by = { deployment: running.id, safety: backup.id };
      const restore = await store.backups.requestRestore(
        { backup: backup.id, installation, into: "same", requestedBy: "Ada", by },
        at(2),
      );
      if (!restore) throw new Error("none was made");
      return { running, backup, restore };
    };

    it("runs at once, and nobody else takes it", async () => {
      const { running, backup, restore } = await make();
      expect(backup).toMatchObject({ status: "running", startedAt: at(1), madeForId: running.id });
      expect(restore).toMatchObject({ status: "running", deploymentId: running.id, safetyBackupId: backup.id });
      expect([await store.backups.take(at(3)), await store.backups.takeRestore(at(3))]).toEqual([null, null]);
      expect(ids(await store.backups.list({ madeFor: running.id }))).toEqual([backup.id]);
      expect(ids(await store.backups.restores({ deployment: running.id }))).toEqual([restore.id]);
      const other = (running.id + 1) as typeof running.id;
      expect(await store.backups.list({ madeFor: other })).toEqual([]);
      expect(await store.backups.restores({ deployment: other })).toEqual([]);
    });

    it("goes on after the server died, as its deployment does, and has failed once that is over", async () => {
      const { running, backup, restore } = await make();
      expect(await store.backups.failUnfinished("Baton stopped", at(3))).toEqual([]);
      expect(await store.backups.restores({ unfinished: true })).toHaveLength(1);
      await moved(store, running, { type: "failed", at: at(4), failure: aFailure });
      expect(ids(await store.backups.failUnfinished("Baton stopped", at(5)))).toEqual([backup.id]);
      expect(await store.backups.restores({ deployment: running.id })).toMatchObject([
        { id: restore.id, status: "failed" },
      ]);
    });

    it("can be forgotten while it runs, and a restore undone after its end", async () => {
      const { backup, restore } = await make();
      const whole = await ask({}, 3);
      await store.backups.take(at(4));
      await store.backups.finish(whole.id, { type: "done", ...dumped }, at(5));
      await store.backups.forget(whole.id);
      expect(await store.backups.get(whole.id)).not.toBeNull();
      await store.backups.finishRestore(restore.id, { restored: ["shop"] }, at(6));
      await store.backups.undone(restore.id, "Undone", at(7));
      const [undone] = await store.backups.restores({ installation });
      expect(undone).toMatchObject({ status: "failed", failure: "Undone", restored: [], finishedAt: at(7) });
      const unfinished = await ask({ madeFor: backup.madeForId as DeploymentId }, 8);
      await store.backups.forget(unfinished.id);
      expect(await store.backups.get(unfinished.id)).toBeNull();
    });
  });

  describe("a backup of Baton itself", () => {
    const archive = {
      place: { type: "folder", path: "/srv" } as const,
      file: "baton-1.tar.gz",
      bytes: 70,
      tookMs: 2_000,
    };
    const manual = { reason: "manual", requestedBy: "Ada" } as const;

    it("is one at a time, waits when another is faster, and is done once", async () => {
      const both = await Promise.all([
        store.backups.requestOwn(manual, at(1)),
        store.backups.requestOwn(manual, at(1)),
      ]);
      expect(both.filter((one) => one !== null)).toHaveLength(1);
      const taken = await store.backups.takeOwn(at(2));
      expect(taken).toMatchObject({ ...manual, status: "running", createdAt: at(1), startedAt: at(2), file: null });
      if (!taken) return;
      await store.backups.requeueOwn(taken.id);
      expect(await store.backups.own({ limit: 1 })).toMatchObject([{ status: "queued", startedAt: null }]);
      await store.backups.takeOwn(at(3));
      expect(await store.backups.takeOwn(at(3))).toBeNull();
      await store.backups.finishOwn(taken.id, { type: "done", archive }, at(4));
      await store.backups.finishOwn(taken.id, { type: "failed", failure: "too late" }, at(5));
      await store.backups.noteOwn(archive, at(6));
      const { tookMs: _, ...written } = archive;
      const [noted, done] = await store.backups.own({ kept: true });
      expect(done).toMatchObject({ ...written, status: "done", finishedAt: at(4), failure: null });
      expect(noted).toMatchObject({ ...written, reason: "command", requestedBy: null, finishedAt: at(6) });
      expect(await store.backups.own({ reason: "command", limit: 1 })).toEqual([noted]);
      expect(Number(noted?.finishedAt) - Number(noted?.startedAt)).toBe(2_000);
      await store.backups.ownRemoved(taken.id, at(7));
      expect(await store.backups.own({ kept: true })).toHaveLength(1);
      expect(await store.backups.own({ before: noted?.id })).toMatchObject([{ id: taken.id, removedAt: at(7) }]);
    });

    it("fails with its reason, and is stopped when the server dies", async () => {
      await store.backups.requestOwn(manual, at(1));
      const failed = await store.backups.takeOwn(at(2));
      if (failed) await store.backups.finishOwn(failed.id, { type: "failed", failure: "The disk is full" }, at(3));
      await store.backups.requestOwn({ reason: "schedule", requestedBy: null }, at(4));
      await store.backups.takeOwn(at(5));
      await store.backups.failUnfinished("Baton stopped while it was running", at(6));
      expect(await store.backups.own({ limit: 2 })).toMatchObject([
        { reason: "schedule", status: "stopped", finishedAt: at(6), failure: null },
        { status: "failed", failure: "The disk is full" },
      ]);
      expect(await store.backups.requestOwn(manual, at(7))).not.toBeNull();
    });
  });

  describe("a restore drill", () => {
    it("is the only one of its service until it is finished, and says what it found", async () => {
      const { id: backup } = await ask();
      const request = { backup, installation, service: "db", requestedBy: null };
      const asked = await Promise.all([
        store.backups.requestDrill(request, at(1)),
        store.backups.requestDrill(request, at(1)),
      ]);
      expect(asked.filter((one) => one === null)).toHaveLength(1);
      const [first] = await store.backups.drills({ unfinished: true });
      if (!first) throw new Error("none was made");
      const other = await store.backups.requestDrill({ ...request, service: "files", requestedBy: "Ada" }, at(1));
      expect(await store.backups.takeDrill(at(2))).toMatchObject({ id: first.id, status: "running", startedAt: at(2) });
      await store.backups.finishDrill(first.id, { type: "done", facts: dumped.facts, isHealthy: true }, at(3));
      await store.backups.finishDrill(first.id, { type: "failed", failure: "too late" }, at(4));
      expect(await store.backups.drills({ installation })).toMatchObject([
        { id: other?.id, status: "queued", requestedBy: "Ada", isHealthy: false },
        { status: "done", facts: dumped.facts, isHealthy: true, failure: null, finishedAt: at(3), backupId: backup },
      ]);
      expect(await store.backups.requestDrill(request, at(5))).not.toBeNull();
    });

    it("that runs when the server dies is stopped; one that waits goes on waiting", async () => {
      const { id: backup } = await ask();
      const request = { backup, installation, requestedBy: null };
      await store.backups.requestDrill({ ...request, service: "db" }, at(1));
      await store.backups.requestDrill({ ...request, service: "files" }, at(1));
      await store.backups.takeDrill(at(2));
      expect(await store.backups.failUnfinished("Baton stopped", at(3))).toEqual([]);
      expect((await store.backups.drills({ installation })).map(({ status }) => status)).toEqual(["queued", "stopped"]);
      expect(await store.backups.takeDrill(at(4))).toMatchObject({ service: "files" });
      expect(await store.backups.takeDrill(at(4))).toBeNull();
    });
  });

  describe("a plan", () => {
    it("is due from its time on, until it has another", async () => {
      expect(await store.backups.plan(installation)).toBeNull();
      const plan = {
        ...usualPlan,
        cron: "0 3 * * *",
        timezone: "Europe/Berlin",
        nextAt: at(10),
        beforeMigration: "never" as const,
      };
      await store.backups.setPlan(installation, plan);
      expect(await store.backups.plan(installation)).toEqual(plan);
      expect(await store.backups.duePlans(at(9))).toEqual([]);
      expect(await store.backups.duePlans(at(10))).toEqual([{ ...plan, installation }]);
      await store.backups.setPlan(installation, { ...plan, cron: null, nextAt: null });
      expect(await store.backups.duePlans(at(59))).toEqual([]);
    });
  });

  describe("where backups are kept", () => {
    it("is Baton's own folder until another place is chosen, whose secret is kept until it changes", async () => {
      const s3: BackupPlace = {
        ...{ type: "s3", endpoint: "https://s3.example.com", region: "eu-1", bucket: "b", prefix: "" },
        accessKeyId: "AK",
      };
      await store.backups.setPlace({ type: "folder", path: null }, null);
      expect(await store.backups.openPlace()).toEqual({ place: { type: "folder", path: null }, secret: null });
      await store.backups.setPlace(s3, "secret");
      await store.backups.setPlace({ ...s3, bucket: "c" }, null);
      expect(await store.backups.openPlace()).toEqual({ place: { ...s3, bucket: "c" }, secret: "secret" });
      await store.backups.setPlace({ type: "folder", path: "/srv" }, null);
      expect(await store.backups.openPlace()).toEqual({ place: { type: "folder", path: "/srv" }, secret: null });
    });

    it("has one pair of keys", async () => {
      const first = await store.backups.keyOrSet({ recipient: "age1a", identity: "AGE-SECRET-KEY-1A" });
      expect(await store.backups.keyOrSet({ recipient: "age1b", identity: "AGE-SECRET-KEY-1B" })).toEqual(first);
      expect(await store.backups.key()).toEqual(first);
    });
  });
}
