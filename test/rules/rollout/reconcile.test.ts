import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../server/model/deployment/deployment.ts";
import type { DeploymentSpec } from "../../../server/model/deployment/spec.ts";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import type { DeploymentId, EnvironmentId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import { reconcile } from "../../../server/rules/rollout/reconcile.ts";
import type { Repair } from "../../../server/rules/rollout/repair.ts";
import type { DesiredState, ObservedState } from "../../../server/rules/rollout/world.ts";
import { aBuilding, aDeploying, aQueued, aReady, aService, aSpec, aWatched } from "../../model/a-deployment.ts";
import { aContainer, anOwner } from "../../ports/a-container.ts";

const id = (value: number) => value as DeploymentId;
const one = 1 as InstallationId;

function installation(changes: Partial<Installation> = {}): Installation {
  return {
    id: one,
    productId: 1 as ProductId,
    environmentId: 1 as EnvironmentId,
    branch: "main",
    liveDeploymentId: id(1),
    stopped: false,
    ...changes,
  };
}

const live = aReady({ id: id(1) });

function repairs(rows: Partial<DesiredState>, world: Partial<ObservedState>): readonly Repair[] {
  return reconcile(
    {
      installations: [installation()],
      scalings: new Map(),
      stillServed: new Set(),
      deployments: [live],
      leaseHolders: [],
      restoring: new Set(),
      ...rows,
    },
    {
      containers: [aContainer({ owner: anOwner(1) })],
      networks: [],
      folders: new Map([[one, [id(1)]]]),
      current: new Map([[one, id(1)]]),
      upstreams: new Map(),
      ...world,
    },
  ).repairs;
}

function running(deployment: number) {
  return aContainer({ owner: anOwner(deployment) });
}

describe("reconciliation", () => {
  it("finds nothing to do when the world is as the rows say", () => {
    expect(repairs({}, {})).toEqual([]);
  });

  it("does the same twice without harm: what it decides on depends on the facts alone", () => {
    const world = { containers: [running(1), running(5)] };
    expect(repairs({}, world)).toEqual(repairs({}, world));
  });

  it("removes what a replaced deployment has left, once", () => {
    const network = { name: "n", subnet: null, owner: anOwner(7), lasting: null };
    const world = { containers: [running(1), running(7)], networks: [network] };
    expect(repairs({ leaseHolders: [id(7)] }, world)).toEqual([
      { type: "remove-version", installation: one, deployment: 7, except: [] },
    ]);
  });

  it("leaves the network of a deployment that was put back in the queue", () => {
    const network = { name: "n", subnet: null, owner: anOwner(7), lasting: null };
    const deployments = [live, aQueued({ id: id(7) })];
    expect(repairs({ deployments, leaseHolders: [id(7)] }, { networks: [network] })).toEqual([]);
  });

  describe("the network in which an installation's services run alone", () => {
    const lasting = { product: 1 as ProductId, installation: one };
    const solo = { name: "baton-abcdefgh-i1-solo", subnet: null, owner: null, lasting };
    const removal = { type: "remove-network", installation: one, name: solo.name, keepsLeases: false };
    const db = aService({ name: "db", stateful: "keeps its data in the volume data" });
    const withSpec = (...services: Parameters<typeof aSpec>[0] & {}) => aReady({ id: id(1), spec: aSpec(services) });

    it("stays while a version needs it, or may need it once it is built", () => {
      expect(repairs({}, { networks: [solo] })).toEqual([]);
      const two = withSpec(aService(), aService({ name: "api" }));
      const needing = [aBuilding({ id: id(7) }), aQueued({ id: id(7) }), aDeploying("start", { id: id(7) })];
      const containers = [running(1), aContainer({ owner: anOwner(1), service: "api" })];
      for (const next of needing)
        expect(repairs({ deployments: [two, next] }, { networks: [solo], containers })).toEqual([]);
    });

    it("goes once no version runs alone any more, and none that did is draining", () => {
      const two = withSpec(aService(), aService({ name: "api" }));
      const containers = [running(1), aContainer({ owner: anOwner(1), service: "api" })];
      const networks = [solo];
      expect(repairs({ deployments: [two] }, { networks, containers })).toEqual([removal]);
      const draining = repairs({ deployments: [two] }, { networks, containers: [...containers, running(7)] });
      expect(draining.map(({ type }) => type)).toEqual(["remove-version"]);
    });

    it("leaves the ports of stateful services when it goes", () => {
      const kept = { ...db, keptFrom: id(5) };
      const deployments = [withSpec(aService(), kept)];
      const containers = [running(1), aContainer({ owner: anOwner(5), service: "db" })];
      expect(repairs({ deployments }, { networks: [solo], containers })).toEqual([{ ...removal, keepsLeases: true }]);
    });
  });

  it("sends the traffic of a live service to the address that its container has", () => {
    const at = (port: number) => hostAddress("127.0.0.2", port);
    const containers = [aContainer({ owner: anOwner(1), hostAddress: at(20007) })];
    const repair = { type: "update-upstream", installation: one, deployment: 1, service: "web", address: at(20007) };
    expect(repairs({}, { containers, upstreams: new Map([[one, new Map([["web", at(1)]])]]) })).toEqual([repair]);
    expect(repairs({}, { containers, upstreams: new Map([[one, new Map([["web", at(20007)]])]]) })).toEqual([]);
    const deployments = [live, aDeploying("start", { id: id(2) })];
    expect(repairs({ deployments }, { containers, upstreams: new Map([[one, new Map([["web", at(1)]])]]) })).toEqual(
      [],
    );
  });

  it("brings a database back only when nothing else has its data", () => {
    const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume data" });
    const keeping = aReady({ id: id(1), spec: aSpec([db]) });
    const old = aContainer({ owner: anOwner(1), service: "db", kind: "tcp", status: "exited" });
    const left = aContainer({ owner: anOwner(9), service: "db", kind: "tcp" });
    const restore = {
      type: "restore-service",
      installation: one,
      deployment: 1,
      service: "db",
      replica: 1,
      isNew: false,
    };
    const current = new Map([[one, "stopped" as const]]);
    const found = (containers: (typeof old)[]) =>
      repairs({ deployments: [keeping] }, { containers, current }).map(({ type }) => type);
    expect(repairs({ deployments: [keeping] }, { containers: [old], current })).toContainEqual(
      expect.objectContaining(restore),
    );
    expect(found([old, left])).not.toContain("restore-service");
    expect(found([old, left])).toContain("remove-version");
  });

  it("leaves a stopped container alone while a deployment carries its data over", () => {
    const db = aService({ name: "db", kind: "tcp" });
    const mount = { type: "volume", volume: "db-data", path: "/data", readOnly: false, carried: true } as const;
    const next = { ...db, stateful: "keeps its data in /data", container: { ...db.container, mounts: [mount] } };
    const stopped = aContainer({ owner: anOwner(1), service: "db", kind: "tcp", status: "exited" });
    const found = (spec: DeploymentSpec) => {
      const deployments = [aReady({ id: id(1), spec: aSpec([db]) }), aDeploying("start", { id: id(2), spec })];
      return repairs({ deployments }, { containers: [stopped] }).map(({ type }) => type);
    };
    expect(found(aSpec([next]))).not.toContain("restore-service");
    expect(found(aSpec([db]))).toContain("restore-service");
  });

  it("frees a lease of a deployment that has nothing else", () => {
    expect(repairs({ leaseHolders: [id(9)] }, {})).toEqual([
      { type: "remove-version", installation: null, deployment: 9, except: [] },
    ]);
  });

  it.each<[string, Deployment, number[]]>([
    ["is building", aBuilding({ id: id(2) }), [1, 2]],
    ["is being checked", aDeploying("start", { id: id(2) }), [1, 2]],
    ["is being cut over", aDeploying("cut-over", { id: id(2) }), [1, 2]],
  ])("touches neither the new nor the old version while a deployment %s", (_, deployment, containers) => {
    expect(repairs({ deployments: [live, deployment] }, { containers: containers.map(running) })).toEqual([]);
  });

  it("keeps the replaced version whole for as long as the new one is watched", () => {
    const watched = aWatched({ id: id(2), replacedId: id(1) });
    const rows = { installations: [installation({ liveDeploymentId: id(2) })], deployments: [watched] };
    expect(repairs(rows, { containers: [running(1), running(2)] })).toEqual([]);
  });

  it("puts the switch right when it does not say what the row says", () => {
    expect(repairs({}, { current: new Map([[one, id(9)]]) })).toEqual([{ type: "switch", installation: one, to: 1 }]);
  });

  it("leaves the switch alone while a deployment is at it", () => {
    const deploying = aDeploying("cut-over", { id: id(2) });
    const world = { containers: [running(1), running(2)], current: new Map([[one, id(2)]]) };
    expect(repairs({ deployments: [live, deploying] }, world)).toEqual([]);
  });

  it("takes the traffic from a stopped installation, and takes its containers down", () => {
    const rows = { installations: [installation({ liveDeploymentId: null, stopped: true })], deployments: [] };
    const removal = { type: "remove-version", installation: one, deployment: 1, except: [] };
    expect(repairs(rows, {})).toEqual([{ type: "stop-traffic", installation: one }, removal]);
    expect(repairs(rows, { current: new Map([[one, "stopped"]]) })).toEqual([removal]);
  });

  it("starts a container of the live version that was removed or stopped by hand", () => {
    const restore = {
      type: "restore-service",
      installation: one,
      deployment: 1,
      service: "web",
      replica: 1,
      isNew: false,
    };
    expect(repairs({}, { containers: [] })).toEqual([restore]);
    expect(repairs({}, { containers: [aContainer({ owner: anOwner(1), status: "exited" })] })).toEqual([restore]);
  });

  it("leaves a crashing container to the engine, which restarts it", () => {
    expect(repairs({}, { containers: [aContainer({ owner: anOwner(1), status: "restarting" })] })).toEqual([]);
  });

  it("removes what is left of an installation that is gone", () => {
    const rows = { installations: [], deployments: [] };
    expect(repairs(rows, {}).map(({ type }) => type)).toEqual(["remove-version", "forget-installation"]);
  });

  it("leaves whole what was deleted for as long as the proxy leads to it", () => {
    expect(repairs({ installations: [], deployments: [], stillServed: new Set([one]) }, {})).toEqual([]);
  });
});
