import { describe, expect, it } from "vitest";
import type { Mount, ServiceSpec } from "../../../server/model/deployment/spec.ts";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import { backupFolder } from "../../../server/rules/backup/backup-folder.ts";
import { dataSources } from "../../../server/rules/backup/data-sources.ts";
import { factsText, lossText } from "../../../server/rules/backup/loss.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";

const at = (volume: string, path: string, readOnly = false): Mount => ({ type: "volume", volume, path, readOnly });
const service = (name: string, mounts: readonly Mount[], changes: Partial<ServiceSpec> = {}) =>
  aService({ name, container: { ...plainContainer, mounts }, ...changes });
const methodOf = (image: string) =>
  dataSources(aSpec([service("db", [at("data", "/data")], { pulledAs: image })]))[0]?.method;

describe("what there is to back up", () => {
  it.each([
    ["postgres:16", "postgres"],
    ["postgis/postgis:16-3.4", "postgres"],
    ["bitnami/postgresql:16", "postgres"],
    ["timescale/timescaledb-ha:pg16", "postgres"],
    ["ghcr.io/pgvector/pgvector:pg17@sha256:abc", "postgres"],
    ["mysql:8.4", "mysql"],
    ["mariadb:11", "mysql"],
    ["bitnami/mariadb:11", "mysql"],
    ["percona/percona-server:8.0", "mysql"],
    ["redis:7-alpine", "redis"],
    ["valkey/valkey:8", "redis"],
    ["mongo:7", "mongodb"],
    ["library/mongo", "mongodb"],
    ["bitnami/redis-cluster:8", "volume"],
    ["dragonflydb/dragonfly", "volume"],
    ["clickhouse/clickhouse-server:24", "volume"],
    ["acme/app:1", "volume"],
  ])("%s is copied by the method %s", (image, method) => {
    expect(methodOf(image)).toBe(method);
  });

  it("is a database that was built on a known image, and one that keeps its data in its container", () => {
    const built = service("db", [at("pg", "/var/lib/postgresql/data")], { basedOn: "postgres:16" });
    const loose = service("cache", [], {
      pulledAs: "redis:7",
      dataInContainer: { what: "a Redis database", path: "/data" },
    });
    expect(dataSources(aSpec([built, loose])).map(({ service, method }) => [service, method])).toEqual([
      ["db", "postgres"],
      ["cache", "redis"],
    ]);
  });

  it("is no cache without persistence, no init service, and no volume that is only read", () => {
    const spec = aSpec([
      service("cache", [], { pulledAs: "redis:7" }),
      service("migrate", [at("data", "/data")], { kind: "init" }),
      service("reader", [at("data", "/data", true)]),
    ]);
    expect(dataSources(spec)).toEqual([]);
  });

  it("is a volume once, with everybody who writes to it", () => {
    const [files, ...others] = dataSources(
      aSpec([
        service("web", [at("uploads", "/uploads"), at("cache", "/cache")]),
        service("worker", [at("uploads", "/in")]),
        service("viewer", [at("uploads", "/out", true)]),
      ]),
    );
    expect(others).toEqual([]);
    expect(files).toMatchObject({
      ...{ service: "web", method: "volume", what: "files in /uploads, /cache" },
      writers: ["web", "worker"],
      volumes: [
        { volume: "uploads", path: "/uploads" },
        { volume: "cache", path: "/cache" },
      ],
    });
  });
});

describe("the words about backups", () => {
  const began = new Date("2026-11-30T03:10:00Z");
  const now = new Date("2026-11-30T10:15:00Z");
  const backup = { createdAt: began, startedAt: began, facts: { tables: 14, rows: 12_304, isEstimate: false } };

  it("say what a restore loses", () => {
    expect(lossText(backup, { tables: 15, rows: 12_900, isEstimate: false }, now)).toEqual([
      "Everything that was written in the last 7 h 5 min is lost.",
      "There are 12,900 rows in 15 tables now, 596 rows more than then: the backup holds 12,304 rows in 14 tables.",
    ]);
    expect(lossText(backup, { tables: 14, rows: 4, isEstimate: true }, now)[1]).toContain("about 12,300 rows fewer");
    expect(lossText(backup, null, now)).toHaveLength(1);
    expect(
      lossText(
        { ...backup, facts: { tables: null, rows: 1, isEstimate: false } },
        { tables: null, rows: 1, isEstimate: false },
        now,
      )[1],
    ).toBe("There are 1 key now, as many as then: the backup holds 1 key.");
  });

  it("say what a backup holds", () => {
    expect(factsText(backup.facts)).toBe("14 tables, 12,304 rows");
    expect(factsText({ tables: null, rows: 3, isEstimate: false })).toBe("3 keys");
    expect(factsText({ tables: 2, rows: 900, isEstimate: true })).toBe("2 tables, about 900 rows");
    expect(factsText({ tables: 40, rows: null, isEstimate: false, sqlite: 1 })).toBe(
      "40 files, 1 SQLite database among them",
    );
    expect(factsText(null)).toBeNull();
  });

  it("name folders that are paths of their own", () => {
    const place = { product: { slug: "shop" }, environment: { name: "production" } } as Parameters<
      typeof backupFolder
    >[0];
    expect(backupFolder(place, "db", began, "manual")).toBe("shop/production/db/2026-11-30T03-10-00Z");
    expect(backupFolder(place, "db", began, "before-restore")).toMatch(/Z-before-restore$/);
    expect(backupFolder(place, "../x y", new Date(began.getTime() + 7), "manual")).toBe(
      "shop/production/__x_y/2026-11-30T03-10-00-007Z",
    );
  });
});
