import type { EnvironmentId, InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/**
 * Returns the value of one variable that an installation gets or that an environment shares, as it was entered. A
 * write-only one is never revealed. The caller's route records it in the activity log.
 */
export async function revealVariable(
  { store }: Uses<"store">,
  owner: { readonly installation: InstallationId } | { readonly environment: EnvironmentId },
  name: string,
): Promise<{ readonly type: "revealed"; readonly value: string } | Refused> {
  const [entries, values] = await Promise.all(
    "installation" in owner
      ? [store.installations.variableEntries(owner.installation), store.installations.variables(owner.installation)]
      : [store.environments.variableEntries(owner.environment), store.environments.variables(owner.environment)],
  );
  const entry = entries.find((one) => one.name === name);
  const value = values[name];
  if (!entry || value === undefined) return refused("not_found", `there is no variable ${name}`);
  return entry.isWriteOnly
    ? refused("conflict", `${name} is write-only: its value can be replaced, not revealed`)
    : { type: "revealed", value };
}
