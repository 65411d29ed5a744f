import { specOf } from "../../model/deployment/deployment.ts";
import { secretVariablesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { resolveVariables, specVariablesOf } from "../../rules/settings/resolve-variables.ts";
import { createRedact, type Redact } from "../../rules/wording/redact.ts";

/**
 * Redacts secrets in the output of an installation's containers: the values that they were started with, and the
 * current ones. Create one per stream, because it prepares every form of every secret.
 */
export async function redactOutputOf(
  store: Pick<ReadStore, "deployments" | "installations">,
  installation: InstallationId,
  containers: readonly ContainerState[],
): Promise<Redact> {
  // A kept container is older than the version that it serves.
  const ids = new Set(containers.map(({ owner }) => owner.deployment));
  const versions = await Promise.all([...ids].map((id) => store.deployments.get(id)));
  const specs = versions.flatMap((version) => (version && specOf(version)) ?? []);
  const scope = (await store.installations.variableScopes([installation])).get(installation);
  const today = scope ? [secretVariablesOf(specVariablesOf(resolveVariables(scope)))] : [];
  return createRedact(...today, ...specs.map(secretVariablesOf));
}
