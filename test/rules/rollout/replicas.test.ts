import { describe, expect, test } from "vitest";
import { servicesOf } from "../../../server/model/deployment/spec.ts";
import type { Scaling } from "../../../server/model/scaling.ts";
import {
  fittingReplicas,
  isSticky,
  replicaName,
  wantedReplicas,
  withStarted,
} from "../../../server/rules/rollout/replicas.ts";
import { runsAlone } from "../../../server/rules/rollout/solo.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";

const set = (scaling: Partial<Scaling>, service = "web") =>
  new Map([[service, { replicas: null, sticky: null, ...scaling }]]);
const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume data" });

describe("how many of a service run", () => {
  test.each([
    ["one, if nobody says", aService(), set({}), 1],
    ["what the repository says", aService({ replicas: 3 }), set({}), 3],
    ["what a user has set, above all", aService({ replicas: 3 }), set({ replicas: 2 }), 2],
    ["also of a worker", aService({ kind: "worker" }), set({ replicas: 4 }), 4],
    ["one of what keeps data", { ...db, replicas: 3 }, set({ replicas: 2 }, "db"), 1],
    ["one of an init service", aService({ kind: "init" }), set({ replicas: 2 }), 1],
  ])("%s", (_, service, scalings, wanted) => {
    expect(wantedReplicas(service, scalings)).toBe(wanted);
  });

  test("is fixed for the start of a deployment, and forgotten by the next one", () => {
    const { stacks } = aSpec([aService({ replicas: 3 }), db]);
    const started = withStarted(stacks, set({ replicas: 5 }));
    expect(servicesOf({ stacks: started }).map((service) => service.started)).toEqual([5, undefined]);
    expect(servicesOf({ stacks: withStarted(started, set({ replicas: 1 })) })[0]).not.toHaveProperty("started");
  });

  test("has an end where the network of a live version has no more room", () => {
    expect(fittingReplicas([aService()], set({ replicas: 20 })).get("web")).toBe(8);
    const services = [aService(), aService({ name: "api" }), db];
    const both = new Map([...set({ replicas: 20 }), ...set({ replicas: 20 }, "api")]);
    expect([...fittingReplicas(services, both)]).toEqual([
      ["web", 20],
      ["api", 8],
      ["db", 1],
    ]);
    const made = services.map((service) => (service === db ? db : { ...service, started: 20 }));
    expect([...fittingReplicas(made, both).values()]).toEqual([20, 20, 1]);
  });
});

test("many of a service that runs alone get a network of their own", () => {
  expect(runsAlone([aService({ started: 8 })])).toBe(true);
  expect(runsAlone([aService({ started: 9 })])).toBe(false);
});

test("visitors stay with a replica if the repository or a user wants that, of a web service only", () => {
  expect(isSticky(aService({ sticky: true }), set({}))).toBe(true);
  expect(isSticky(aService({ sticky: true }), set({ sticky: false }))).toBe(false);
  expect(isSticky(aService(), set({ sticky: true }))).toBe(true);
  expect(isSticky(aService({ kind: "worker" }), set({ sticky: true }))).toBe(false);
});

test("a replica has a number where there are several", () => {
  expect([replicaName("web", 1, 1), replicaName("web", 1, 2), replicaName("web", 2, 2)]).toEqual([
    "web",
    "web 1",
    "web 2",
  ]);
});
