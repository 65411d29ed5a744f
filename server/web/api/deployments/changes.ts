import type { z } from "@hono/zod-openapi";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import type { DeploymentSpec } from "../../../model/deployment/spec.ts";
import { versionChanges } from "../../../rules/settings/version-changes.ts";
import { Problem } from "../../http/problem.ts";
import type { changesSchema } from "../schemas/changes.ts";

/** The differences between two deployments of one installation. */
export function changesJson(from: Deployment, to: Deployment): z.infer<typeof changesSchema> {
  if (from.installationId !== to.installationId) {
    throw new Problem(400, "invalid", "from: enter the id of a deployment of the same product deployment");
  }
  const [before, after] = [specFrom(from), specFrom(to)];
  const { sameCommit, variables, services } = versionChanges(before, after);
  const [added, removed, changed] = [[...variables.added], [...variables.removed], [...variables.changed]];
  return {
    from: versionJson(from, before),
    to: versionJson(to, after),
    sameCommit,
    variables: { added, removed, changed },
    services: {
      added: [...services.added],
      removed: [...services.removed],
      changed: services.changed.map(({ name, what }) => ({ name, what: [...what] })),
    },
  };
}

function specFrom(deployment: Deployment): DeploymentSpec {
  const spec = specOf(deployment);
  if (spec) return spec;
  throw new Problem(
    409,
    "conflict",
    `deployment ${deployment.number} has no version to compare: nothing was built for it`,
  );
}

function versionJson({ id, number, commit }: Deployment, spec: DeploymentSpec) {
  return { id, number, commit: { sha: spec.commit, message: commit?.message ?? "" } };
}
