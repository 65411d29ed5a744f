import { describe, expect, it } from "vitest";
import { type Mount, plainContainer, type ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import { abandonedVolumes, dataInContainerText, lostData, lostDataText } from "../../../server/rules/data/lost-data.ts";
import { keepUnchanged, type LiveSpec } from "../../../server/rules/rollout/stateful.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";

const dataInContainer = { what: "a PostgreSQL database", path: "/var/lib/postgresql/data" };
const db = (changes: Partial<ServiceSpec> = {}) =>
  aService({ name: "db", kind: "tcp", stateful: "keeps its data in its container", dataInContainer, ...changes });
const serving = (...services: ServiceSpec[]): LiveSpec => ({ id: 1 as DeploymentId, spec: aSpec(services) });
const carried = (path: string, mark = true): Partial<ServiceSpec> => ({
  container: {
    ...plainContainer,
    mounts: [{ type: "volume", volume: "data", path, readOnly: false, ...(mark && { carried: true }) }],
  },
});

function next(live: LiveSpec, services: readonly ServiceSpec[], fresh = false) {
  const stacks = keepUnchanged({ stacks: aSpec(services).stacks, variables: {} }, live, fresh);
  const keptFrom = stacks.flatMap((stack) => stack.services.map((service) => service.keptFrom));
  return { keptFrom, lost: lostData({ stacks, variables: {} }, live, fresh).map(({ service, why }) => [service, why]) };
}

describe("a database whose data is in its container", () => {
  it("is kept when it did not change, and loses nothing", () => {
    expect(next(serving(db()), [db()])).toEqual({ keptFrom: [1], lost: [] });
  });

  it("is kept, too, when an older Baton has started it as if it could run twice", () => {
    const { dataInContainer: _, ...old } = db({ stateful: null });
    expect(next(serving(old), [db()]).keptFrom).toEqual([1]);
    expect(next(serving({ ...old, kind: "init" }), [db()]).keptFrom).toEqual([null]);
  });

  it.each([
    ["its image changed", { image: `sha256:${"2".repeat(64)}` as ImageId }],
    ["its command changed", { command: ["postgres", "-c", "fsync=off"] }],
    ["its environment changed", { environment: { POSTGRES_DB: "other" } }],
    ["each deployment recreates it", { stateful: null, strategy: "blue-green" }],
  ] as const)("loses it when %s", (why, changes) => {
    expect(next(serving(db()), [db(changes)])).toEqual({ keptFrom: [null], lost: [["db", why]] });
  });

  it("loses it with a product redeploy, and when it is renamed or gone", () => {
    expect(next(serving(db()), [db()], true).lost).toEqual([["db", "every container is recreated"]]);
    expect(next(serving(db()), [db({ name: "database" })]).lost).toEqual([["db", "it is not part of this version"]]);
  });

  it("loses nothing when the data is copied into a volume, but all of it when that is elsewhere", () => {
    const { dataInContainer: _, ...mended } = db(carried("/var/lib/postgresql"));
    expect(next(serving(db()), [mended]).lost).toEqual([]);
    const { dataInContainer: __, ...missed } = db(carried("/elsewhere"));
    expect(next(serving(db()), [missed]).lost).toEqual([["db", "its mounts changed"]]);
  });

  it("is reported in words", () => {
    expect(dataInContainerText(db())).toMatch(
      /Pushes that don't change .* volumes: \["db-data:\/var\/lib\/postgresql\/data"\]$/,
    );
    expect(dataInContainerText(db({ stateful: null }))).toContain("each deployment starts without it");
    expect(dataInContainerText(aService())).toBeNull();
    expect(lostDataText({ service: "db", ...dataInContainer, why: "its image changed" })).toBe(
      "The data of db (a PostgreSQL database) is lost with its container, because no volume holds /var/lib/postgresql/data: its image changed",
    );
  });
});

describe("volumes of the version before", () => {
  const derived = (volume: string, path: string, readOnly = false): Mount => ({
    ...{ type: "volume", volume, path, readOnly },
    origin: "anonymous",
  });
  const keeper = (name: string, ...mounts: readonly Mount[]) =>
    aService({ name, kind: "tcp", container: { ...plainContainer, mounts } });
  const left = (live: ServiceSpec, now: ServiceSpec) =>
    abandonedVolumes(aSpec([now]), serving(live)).map(({ volume }) => volume);

  it("are reported when their service is renamed or their path is another one", () => {
    const before = keeper("db", derived("db-data-1", "/data"));
    expect(left(before, before)).toEqual([]);
    expect(left(before, keeper("database", derived("database-data-2", "/data")))).toEqual(["db-data-1"]);
    expect(left(before, keeper("db", derived("db-files-3", "/files")))).toEqual(["db-data-1"]);
    expect(left(keeper("db", { type: "volume", volume: "named", path: "/data", readOnly: false }), before)).toEqual([
      "named",
    ]);
  });

  it("are not when their data has gone into a volume with a name, or somebody named the very volume", () => {
    const before = keeper("db", derived("db-data-1", "/data"));
    expect(left(before, aService({ name: "db", kind: "tcp", ...carried("/data") }))).toEqual([]);
    expect(left(before, keeper("other", derived("db-data-1", "/x", true)))).toEqual([]);
    expect(left(keeper("db", derived("db-data-1", "/data", true)), keeper("db"))).toEqual([]);
  });
});
