import { describe, expect, test } from "vitest";
import { plainContainer, type ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { CommitSha, DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import {
  changedNames,
  type ServiceAspect,
  serviceAspects,
  variableChanges,
  versionChanges,
} from "../../../server/rules/settings/version-changes.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";

const none = { added: [], removed: [], changed: [] };

describe("variables of two versions", () => {
  test("differ by name: what came, what went and what has another value", () => {
    const changes = variableChanges({ SAME: "1", OLD: "1", B: "1", A: "1" }, { SAME: "1", A: "2", B: "", NEW: "1" });
    expect(changes).toEqual({ added: ["NEW"], removed: ["OLD"], changed: ["A", "B"] });
    expect(changedNames(changes)).toEqual(["A", "B", "NEW", "OLD"]);
  });

  test("that are named like a property of every object are distinguished, too", () => {
    expect(variableChanges({}, { constructor: "x", toString: "y" }).added).toEqual(["constructor", "toString"]);
    expect(variableChanges({ constructor: "x" }, {}).removed).toEqual(["constructor"]);
  });

  test("never show a value", () => {
    expect(JSON.stringify(variableChanges({ A: "canary-1" }, { A: "canary-2", B: "canary-3" }))).not.toContain(
      "canary",
    );
  });
});

describe("two versions", () => {
  test("that are the same differ in nothing, in whatever order their keys come", () => {
    const one = aSpec([aService({ environment: { A: "1", B: "2" } })]);
    const other = aSpec([aService({ environment: { B: "2", A: "1" } })]);
    expect(versionChanges(one, other)).toEqual({ sameCommit: true, variables: none, services: none });
  });

  test("tell which services came and went, and that the commit is another", () => {
    const from = aSpec([aService({ name: "web" }), aService({ name: "cron" })]);
    const to = {
      ...aSpec([aService({ name: "web" }), aService({ name: "api" })]),
      commit: "b".repeat(40) as CommitSha,
    };
    expect(versionChanges(from, to)).toMatchObject({
      sameCommit: false,
      services: { added: ["api"], removed: ["cron"], changed: [] },
    });
  });

  const changes: readonly [ServiceAspect, Partial<ServiceSpec>][] = [
    ["image", { image: `sha256:${"2".repeat(64)}` as ImageId }],
    ["kind", { kind: "worker" }],
    ["port", { port: 8080 }],
    ["command", { command: ["node", "."] }],
    ["environment", { environment: { MODE: "fast" } }],
    ["health check", { health: { ...aService().health, path: "/ready" } }],
    ["dependencies", { dependsOn: [{ service: "db", condition: "healthy", required: true }] }],
    ["volumes and files", { stateful: "keeps its data in the volume db" }],
    ["limits", { limits: { memoryBytes: 1, pids: 1, cpus: 1 } }],
    ["domains", { domains: ["shop.example.com"] }],
    ["container options", { container: { ...plainContainer, user: "app" } }],
  ];

  test.each(changes)("say that a service's %s changed, and nothing else", (aspect, change) => {
    const { services } = versionChanges(aSpec([aService()]), aSpec([aService(change)]));
    expect(services).toEqual({ added: [], removed: [], changed: [{ name: "web", what: [aspect] }] });
  });

  test("have no aspect that is not tried here", () => {
    expect(changes.map(([aspect]) => aspect)).toEqual(serviceAspects);
  });

  test("do not differ by how a service came to be as it is", () => {
    const kept = aService({ keptFrom: 3 as DeploymentId, kindReason: "publishes port 3000" });
    expect(versionChanges(aSpec([aService()]), aSpec([kept])).services).toEqual(none);
  });
});
