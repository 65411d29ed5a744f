import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../server/model/deployment/deployment.ts";
import {
  BrokenRow,
  commitColumns,
  type DeploymentRow,
  deploymentOf,
  specColumn,
  stateColumns,
} from "../../../server/store/deployments/deployment-row.ts";
import { createKey, keyBytes } from "../../../server/store/keys/secrets.ts";
import { at, everyState } from "../../model/a-deployment.ts";

const secrets = createKey(randomBytes(keyBytes));

/** The row of a deployment that reached its state in one step. */
function rowOf(deployment: Deployment): DeploymentRow {
  const past = "spec" in deployment && deployment.spec ? specColumn(deployment.id, deployment.spec, secrets.seal) : {};
  return {
    id: deployment.id,
    installationId: deployment.installationId,
    number: deployment.number,
    trigger: deployment.trigger,
    requestedBy: deployment.by,
    ref: deployment.ref,
    sourceId: deployment.sourceId,
    variablesFrom: deployment.variables,
    fresh: deployment.fresh,
    dataBeforeId: deployment.dataBefore,
    sessionId: deployment.sessionId,
    createdAt: deployment.createdAt,
    cancelRequestedAt: null,
    lastSeq: 0,
    ...commitColumns(deployment.commit),
    ...{ step: null, failure: null, reason: null, replacedId: null, readyAt: null, finishedAt: null, spec: null },
    startedAt: "startedAt" in deployment ? deployment.startedAt : null,
    liveAt: "liveAt" in deployment ? deployment.liveAt : null,
    ...past,
    ...stateColumns(deployment),
  } as DeploymentRow;
}

const name = (deployment: Deployment) =>
  deployment.status === "deploying" ? `${deployment.status} at ${deployment.step}` : deployment.status;
const states = everyState.map((deployment) => [name(deployment), deployment] as const);

describe("a row", () => {
  it.each(states)("of a deployment that is %s is read as what was written", (_, deployment) => {
    expect(deploymentOf(rowOf(deployment), secrets)).toEqual(deployment);
  });

  it.each<[Deployment["status"], (keyof DeploymentRow)[]]>([
    ["building", ["startedAt"]],
    ["deploying", ["startedAt", "step", "spec"]],
    ["ready", ["startedAt", "spec", "liveAt", "readyAt"]],
    ["failed", ["startedAt", "finishedAt", "failure"]],
    ["stopped", ["finishedAt", "reason"]],
  ])("that breaks the law of %s is refused, and says how", (status, columns) => {
    const deployment = everyState.find((candidate) => candidate.status === status);
    if (!deployment) throw new Error(`There is no ${status} one to break`);
    for (const column of columns) {
      const broken = { ...rowOf(deployment), [column]: null };
      expect(() => deploymentOf(broken, secrets)).toThrow(BrokenRow);
      expect(() => deploymentOf(broken, secrets)).toThrow(`is ${status}, but has no ${column}`);
    }
  });

  it("of a watched deployment says what it replaced", () => {
    const watched = everyState.find((deployment) => deployment.status === "deploying" && deployment.step === "watch");
    if (!watched) throw new Error("There is no watched one");
    expect(deploymentOf({ ...rowOf(watched), replacedId: watched.id }, secrets)).toMatchObject({
      replacedId: watched.id,
    });
    expect(() => deploymentOf({ ...rowOf(watched), liveAt: null }, secrets)).toThrow(BrokenRow);
  });

  it("keeps a spec's variables out of sight", () => {
    const [deployment] = everyState.filter(({ status }) => status === "ready");
    if (deployment?.status !== "ready") throw new Error("There is no ready one");
    const spec = { ...deployment.spec, variables: { TOKEN: "canary" } };
    const row = { ...rowOf(deployment), ...specColumn(deployment.id, spec, secrets.seal) };
    expect(JSON.stringify(row)).not.toMatch(/canary|TOKEN/);
    expect(deploymentOf(row as DeploymentRow, secrets)).toEqual({ ...deployment, spec, readyAt: at });
  });
});
