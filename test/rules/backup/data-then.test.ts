import { describe, expect, it } from "vitest";
import type { Backup } from "../../../server/model/backup.ts";
import { plainContainer, type ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { BackupId, DeploymentId } from "../../../server/model/names/ids.ts";
import { dataSources } from "../../../server/rules/backup/data-sources.ts";
import {
  dataThen,
  firstChangeAfter,
  mountersOf,
  nextDataStep,
  stoppedMeanwhile,
} from "../../../server/rules/backup/data-then.ts";
import { aReady, aService, aSpec } from "../../model/a-deployment.ts";

const id = (number: number) => number as DeploymentId;
const init = (keptFrom: DeploymentId | null = null) => aService({ name: "migrate", kind: "init", keptFrom });
const version = (number: number, services: readonly ServiceSpec[], dataBefore: DeploymentId | null = null) =>
  aReady({ id: id(100 + number), number, dataBefore, spec: { ...aSpec(), stacks: [{ name: "shop", services }] } });

describe("the first change of the data after a version", () => {
  const ready = [version(9, [init()]), version(6, [init()]), version(5, [init(id(104))]), version(4, [aService()])];

  it("is the first deployment after it that ran an init service", () => {
    expect(firstChangeAfter({ number: 3 }, ready)?.number).toBe(6);
    expect(firstChangeAfter({ number: 6 }, ready)?.number).toBe(9);
    expect(firstChangeAfter({ number: 9 }, ready)).toBeNull();
  });

  it("is one that went back with the data, too", () => {
    expect(firstChangeAfter({ number: 6 }, [...ready, version(7, [aService()], id(104))])?.number).toBe(7);
  });
});

const mount = (volume: string, readOnly = false) => ({ type: "volume", volume, path: `/${volume}`, readOnly }) as const;
const keeping = (name: string, changes: Partial<ServiceSpec>, ...mounts: readonly ReturnType<typeof mount>[]) =>
  aService({ name, ...changes, container: { ...plainContainer, mounts } });
const live = {
  stacks: [
    {
      name: "shop",
      services: [
        keeping("db", { kind: "tcp", pulledAs: "postgres:16" }, mount("pg")),
        keeping("cache", { kind: "tcp", pulledAs: "redis:7" }, mount("redis")),
        keeping("files", { kind: "web" }, mount("uploads")),
        keeping("thumbs", { kind: "worker" }, mount("uploads", true)),
        keeping("seed", { kind: "init" }, mount("uploads")),
        aService({ name: "web" }),
      ],
    },
  ],
};
const backup = (number: number, changes: Partial<Backup> = {}) =>
  ({
    id: number as BackupId,
    service: "db",
    method: "postgres",
    status: "done",
    removedAt: null,
    ...changes,
  }) as Backup;
const change = { id: id(102), number: 2 };

describe("the data of then", () => {
  it("is the newest whole backup of each service that the live version still keeps", () => {
    const files = backup(3, { service: "files", method: "volume" });
    const made = [backup(1), backup(2), backup(4, { status: "failed" }), files, backup(5, { service: "gone" })];
    expect(dataThen(change, made, live)).toEqual({ before: change, backups: [backup(2), files], left: ["cache"] });
  });

  it.each([
    [[], "it was not backed up before #2 changed it"],
    [[backup(1, { status: "failed" })], "it was not backed up before #2 changed it"],
    [[backup(1, { method: "mysql" })], "the live version keeps none of it any more"],
    [[backup(1, { removedAt: new Date() })], "the backup that was made before #2 changed it has been removed"],
  ])("of %j is not there: %s", (made, why) => {
    expect(dataThen(change, made, live)).toBe(why);
  });
});

describe("what is next for a service", () => {
  const then = backup(1);
  const restore = (status: string, safety: number | null, number = 9) => ({
    ...{ id: number, status, backupId: then.id, safetyBackupId: safety as BackupId | null },
  });
  it("is to save what is there, then to restore, then nothing", () => {
    expect(nextDataStep(then, [], [])).toEqual({ type: "save" });
    expect(nextDataStep(then, [backup(5)], [])).toEqual({ type: "restore", safety: backup(5) });
    expect(nextDataStep(then, [backup(5)], [restore("running", 5)])).toEqual({ type: "restore", safety: backup(5) });
    expect(nextDataStep(then, [backup(5)], [restore("done", 5)])).toEqual({ type: "nothing" });
    expect(nextDataStep(then, [backup(5, { service: "files" })], [])).toEqual({ type: "save" });
  });

  it("is to save again after an undone restore, since the version before may have written since", () => {
    expect(nextDataStep(then, [backup(5)], [restore("failed", 5)])).toEqual({ type: "save" });
    expect(nextDataStep(then, [backup(5), backup(6)], [restore("failed", 5)])).toEqual({
      type: "restore",
      safety: backup(6),
    });
    expect(nextDataStep(then, [backup(5), backup(6)], [restore("failed", 5), restore("done", 6, 10)]).type).toBe(
      "nothing",
    );
  });
});

it("while data is replaced, everything is stopped but databases; volumes are emptied of all that mount them", () => {
  expect(stoppedMeanwhile(live)).toEqual(["files", "thumbs", "web"]);
  const files = dataSources(live).find(({ service }) => service === "files");
  expect(files && mountersOf(live, files)).toEqual(["files", "thumbs", "seed"]);
});
