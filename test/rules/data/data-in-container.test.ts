import { describe, expect, it } from "vitest";
import { type Mount, plainContainer, type ServiceSpec } from "../../../server/model/deployment/spec.ts";
import { withDataInContainers } from "../../../server/rules/data/data-in-container.ts";
import { aService } from "../../model/a-deployment.ts";

const volume = (path: string, readOnly = false): Mount => ({ type: "volume", volume: "data", path, readOnly });
const tmpfs = (path: string): Mount => ({ type: "tmpfs", path, sizeBytes: null });
const db = (changes: Partial<ServiceSpec> = {}, mounts: readonly Mount[] = []) =>
  aService({
    ...{ name: "db", kind: "tcp", strategy: null, basedOn: "postgres:16" },
    container: { ...plainContainer, mounts },
    ...changes,
  });

function marked(service: ServiceSpec, image: Readonly<Record<string, string>> = {}, variables = {}): ServiceSpec {
  const around = { variables, imageEnvironment: () => image };
  const [after] = withDataInContainers([{ name: "app", services: [service] }], around)[0]?.services ?? [];
  if (!after) throw new Error("the service is gone");
  return after;
}
const pathOf = (...args: Parameters<typeof marked>) => marked(...args).dataInContainer?.path ?? null;

describe("a database without any volume", () => {
  it("has its data in its container, and cannot run twice", () => {
    const { dataInContainer, stateful } = marked(db());
    expect(dataInContainer).toEqual({ what: "a PostgreSQL database", path: "/var/lib/postgresql/data" });
    expect(stateful).toBe("keeps its data in its container, in /var/lib/postgresql/data");
  });

  it("is known by what it was pulled as in versions that say no more, and else by what is handed in", () => {
    const { basedOn: _, ...old } = db({ pulledAs: "mysql:8" });
    expect(pathOf(old)).toBe("/var/lib/mysql");
    expect(pathOf({ ...old, pulledAs: null })).toBeNull();
    const around = { variables: {}, imageEnvironment: () => ({}), otherwiseBasedOn: () => "mongo:7" };
    const [stack] = withDataInContainers([{ name: "app", services: [{ ...old, pulledAs: null }] }], around);
    expect(stack?.services[0]?.dataInContainer?.what).toBe("a MongoDB database");
  });

  it("is marked again in the same way, and not any more once it has a volume", () => {
    const once = marked(db());
    expect(marked(once)).toEqual(once);
    const mended = marked({ ...once, container: { ...plainContainer, mounts: [volume("/var/lib/postgresql/data")] } });
    expect(mended).not.toHaveProperty("dataInContainer");
    expect(mended.stateful).toBeNull();
  });

  it("runs twice where somebody said so, and its data goes all the same", () => {
    const { dataInContainer, stateful } = marked(db({ strategy: "blue-green" }));
    expect([dataInContainer?.path, stateful]).toEqual(["/var/lib/postgresql/data", null]);
  });

  it("keeps the reason that somebody gave", () => {
    const stateful = "is replaced in place, because x-baton says so";
    expect(marked(db({ strategy: "recreate", stateful })).stateful).toBe(stateful);
  });
});

describe("data that lies elsewhere than its volume", () => {
  const own = "/var/lib/postgresql/data";

  it("is seen by PGDATA of the image, the service and the installation, the last that counts", () => {
    const environment = { PGDATA: "/pg/" };
    expect(pathOf(db({}, [volume(own)]), environment)).toBe("/pg");
    expect(pathOf(db({ environment }, [volume(own)]), { PGDATA: own })).toBe("/pg");
    expect(pathOf(db({}, [volume(own)]), { PGDATA: own }, environment)).toBe("/pg");
    expect(pathOf(db({ takesVariables: false }, [volume(own)]), { PGDATA: own }, environment)).toBeNull();
    expect(pathOf(db({ environment: { PGDATA: "/var/lib/postgresql" } }, [volume(own)]))).toBe("/var/lib/postgresql");
  });

  it("is not there when a volume is above it", () => {
    expect(pathOf(db({ environment: { PGDATA: `${own}/pgdata` } }, [volume(own)]))).toBeNull();
  });

  it("is seen by an option of the command", () => {
    const mysql = (command: readonly string[]) => db({ basedOn: "mysql", command }, [volume("/var/lib/mysql")]);
    expect(pathOf(mysql(["--datadir=/x"]))).toBe("/x");
    expect(pathOf(mysql(["mysqld", "--datadir", "/x"]))).toBe("/x");
    expect(pathOf(mysql(["--datadir=/var/lib/mysql"]))).toBeNull();
  });

  it("cannot be seen otherwise: a volume somewhere is believed", () => {
    expect(pathOf(db({ basedOn: "mysql" }, [volume("/somewhere")]))).toBeNull();
    expect(pathOf(db({ basedOn: "mysql" }, [volume("/config", true)]))).toBe("/var/lib/mysql");
  });
});

describe("what is not warned of", () => {
  it("is data that is kept in memory on purpose", () => {
    expect(pathOf(db({}, [tmpfs("/var/lib/postgresql/data")]))).toBeNull();
    expect(pathOf(db({ environment: { PGDATA: "/dev/shm/pg" } }))).toBeNull();
    expect(pathOf(db({}, [tmpfs("/tmp")]))).not.toBeNull();
  });

  it("is a cache that saves nothing", () => {
    const redis = (...command: string[]) => pathOf(db({ basedOn: "redis:7", command: ["redis-server", ...command] }));
    expect(redis("--save", "")).toBeNull();
    expect(redis("--save", "", "--appendonly", "yes")).toBe("/data");
    expect(redis("--save", "60", "1")).toBe("/data");
    expect(redis()).toBe("/data");
  });

  it("is a client of a database, and what runs to its end", () => {
    expect(pathOf(db({ command: ["pg_dump", "-h", "db"] }))).toBeNull();
    expect(pathOf(db({ kind: "init" }))).toBeNull();
    expect(pathOf(db({ basedOn: "node:22" }))).toBeNull();
  });
});
