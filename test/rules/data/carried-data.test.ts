import { describe, expect, it } from "vitest";
import { type Mount, plainContainer, type ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { withCarriedData } from "../../../server/rules/data/carried-data.ts";
import { rollout } from "../../../server/rules/rollout/rollout.ts";
import { interruptions, keepUnchanged, type LiveSpec } from "../../../server/rules/rollout/stateful.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";
import { anOwner } from "../../ports/a-container.ts";

type VolumeMount = Extract<Mount, { type: "volume" }>;
const volume = (name: string, changes: Partial<VolumeMount> = {}): VolumeMount => ({
  type: "volume",
  volume: name,
  path: "/data",
  readOnly: false,
  ...changes,
});
const db = (mounts: readonly Mount[], changes: Partial<ServiceSpec> = {}) =>
  aService({
    name: "db",
    kind: "tcp",
    stateful: mounts.length > 0 ? "keeps its data in /data" : null,
    container: { ...plainContainer, mounts },
    ...changes,
  });
const serving = (service: ServiceSpec): LiveSpec => ({ id: 1 as DeploymentId, spec: aSpec([service]) });
const running = (...ownVolumes: string[]) => [{ service: "db", owner: anOwner(1), ownVolumes }];

function carried(
  service: ServiceSpec,
  live: LiveSpec | null,
  containers = running(),
  existing: readonly string[] = [],
) {
  const { stacks, leftBehind } = withCarriedData(aSpec([service]).stacks, live, containers, (_stack, name) =>
    existing.includes(name),
  );
  const mounts = stacks[0]?.services[0]?.container.mounts ?? [];
  return { stacks, leftBehind, marks: mounts.map((mount) => mount.type === "volume" && mount.carried === true) };
}

describe("a volume that is new in a version", () => {
  const derived = volume("db-data", { origin: "image" });

  it("is filled from the running container's volume without a name at its path", () => {
    expect(carried(db([derived]), serving(db([])), running("/data")).marks).toEqual([true]);
    expect(carried(db([volume("named")]), serving(db([])), running("/data")).marks).toEqual([true]);
    expect(carried(db([derived]), serving(db([])), running("/else")).marks).toEqual([false]);
  });

  it("is filled from the lasting one without a name, when the user gives it one, and the other way round not", () => {
    expect(carried(db([volume("named")]), serving(db([derived]))).marks).toEqual([true]);
    expect(carried(db([derived]), serving(db([volume("named")]))).marks).toEqual([false]);
  });

  it("is filled from the container itself where that is all that holds the data of a database", () => {
    const live = db([], { dataInContainer: { what: "a PostgreSQL database", path: "/data/pg" } });
    expect(carried(db([volume("named")]), serving(live)).marks).toEqual([true]);
    expect(carried(db([volume("named", { readOnly: true })]), serving(live)).marks).toEqual([false]);
    expect(carried(db([volume("named")]), serving(db([]))).marks).toEqual([false]);
  });

  it("stays as it is when the live version has it, and the mark of the version that filled it goes", () => {
    const filled = { ...derived, carried: true };
    expect(carried(db([filled]), serving(db([filled]))).stacks).toEqual(aSpec([db([derived])]).stacks);
  });

  it("is not filled over existing data, which is reported", () => {
    const { marks, leftBehind } = carried(db([derived]), serving(db([])), running("/data"), ["db-data"]);
    expect(marks).toEqual([false]);
    expect(leftBehind).toEqual([{ service: "db", path: "/data", volume: "db-data" }]);
  });

  it("begins empty where nothing ran before, or a service that ran to its end", () => {
    expect(carried(db([derived]), null).marks).toEqual([false]);
    expect(carried(db([derived]), serving(db([], { kind: "init" })), running("/data")).marks).toEqual([false]);
  });
});

describe("a service whose data is carried over", () => {
  const live = serving(db([]));
  const next = (changes: Partial<ServiceSpec> = {}) => {
    const { stacks } = carried(db([volume("db-data", { origin: "image" })], changes), live, running("/data"));
    const version = { ...aSpec(), stacks: keepUnchanged({ stacks, variables: {} }, live, false) };
    return {
      actions: rollout(version, live).map(({ action }) => action),
      interrupted: interruptions(version, live, false),
    };
  };

  it("is replaced in place although the live one could run twice, and that is said beforehand", () => {
    const { actions, interrupted } = next();
    expect(actions).toEqual(["replace"]);
    expect(interrupted).toMatchObject([{ service: "db", why: "its data moves to a persistent volume" }]);
  });

  it("is started beside the other one when the user said blue-green", () => {
    const { actions, interrupted } = next({ stateful: null, strategy: "blue-green" });
    expect(actions).toEqual(["start"]);
    expect(interrupted).toEqual([]);
  });
});
