import { describe, expect, test } from "vitest";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import {
  afterCheck,
  type LiveReplica,
  type ReplicaHealth,
  replicasInTraffic,
  untested,
} from "../../../server/rules/health/replica-traffic.ts";

const address = (replica: number) => hostAddress("127.0.0.2", 20_000 + replica);

function replica(number: number, changes: Partial<LiveReplica> = {}): LiveReplica {
  return { replica: number, address: address(number), isServed: true, health: untested, ...changes };
}

const having = (...outcomes: readonly Parameters<typeof afterCheck>[1][]): ReplicaHealth =>
  outcomes.reduce(afterCheck, untested);
const inTraffic = (replicas: readonly LiveReplica[], wanted = replicas.length) =>
  replicasInTraffic(replicas, wanted, 3);
const isNew = (number: number, health = untested) => replica(number, { isServed: false, health });

describe("a replica", () => {
  test("that gets requests goes on getting them, also when nobody has checked it yet", () => {
    expect(inTraffic([replica(1), replica(2)])).toEqual([address(1), address(2)]);
  });

  test("that is new waits until it has passed as many checks in a row as a deployment wants", () => {
    const passes = ["healthy", "healthy"] as const;
    expect(inTraffic([replica(1), isNew(2, having(...passes))])).toEqual([address(1), null]);
    expect(inTraffic([replica(1), isNew(2, having("healthy", "unhealthy", ...passes))])).toEqual([address(1), null]);
    expect(inTraffic([replica(1), isNew(2, having(...passes, "healthy"))])).toEqual([address(1), address(2)]);
  });

  test("goes after three failures in a row, and at once when nobody listens", () => {
    const failing = (...outcomes: readonly Parameters<typeof afterCheck>[1][]) =>
      inTraffic([replica(1), replica(2, { health: having(...outcomes) })]);
    expect(failing("unhealthy", "unhealthy")).toEqual([address(1), address(2)]);
    expect(failing("unhealthy", "unhealthy", "healthy", "unhealthy")).toEqual([address(1), address(2)]);
    expect(failing("unhealthy", "unhealthy", "unhealthy")).toEqual([address(1), null]);
    expect(failing("healthy", "closed")).toEqual([address(1), null]);
  });

  test("goes when it does not run", () => {
    expect(inTraffic([replica(1), replica(2, { address: null }), replica(3)])).toEqual([address(1), null, address(3)]);
  });

  test("that is too many goes, but not before another one is in", () => {
    expect(inTraffic([replica(1), replica(2), replica(3)], 2)).toEqual([address(1), address(2)]);
    const first = isNew(1, having("healthy"));
    expect(inTraffic([first, replica(2), replica(3)], 1)).toEqual([null, address(2), address(3)]);
    expect(inTraffic([isNew(1, having("healthy", "healthy", "healthy")), replica(2)], 1)).toEqual([address(1)]);
  });
});

test("when none is fit, requests go on to wherever they went", () => {
  const dead = replica(1, { health: having("closed") });
  expect(inTraffic([dead, replica(2, { address: null })])).toBeNull();
  expect(inTraffic([])).toBeNull();
});
