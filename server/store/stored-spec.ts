import type { DeploymentId } from "../model/ids.ts";
import type { DeploymentSpec } from "../model/spec.ts";
import type { Secrets } from "./secrets.ts";

/** A deployment's spec as the table holds it: the variables, names and values, are sealed into one text. */
export type StoredSpec = Omit<DeploymentSpec, "variables"> & { readonly variables: string };

export function sealSpec(secrets: Secrets, deployment: DeploymentId, spec: DeploymentSpec): StoredSpec {
  const sealed = secrets.seal(owner(deployment), JSON.stringify(spec.variables));
  return { ...spec, variables: sealed.toString("base64") };
}

export function openSpec(secrets: Secrets, deployment: DeploymentId, stored: StoredSpec): DeploymentSpec {
  const variables = secrets.open(owner(deployment), Buffer.from(stored.variables, "base64"));
  return { ...stored, variables: JSON.parse(variables) };
}

const owner = (deployment: DeploymentId) => ({ kind: "spec", id: String(deployment) }) as const;
