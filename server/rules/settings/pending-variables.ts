import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import { buildVariablesOf } from "../../model/values/build-variables.ts";
import { changedNames, variableChanges } from "./version-changes.ts";

export interface PendingVariables {
  /** Names of variables whose current value the live version does not have, sorted. */
  readonly names: readonly string[];
  /** Those of them that builds get: they need a new build to take effect. */
  readonly inBuilds: readonly string[];
}

type Marks = Readonly<Record<string, boolean>>;

/** Compares a version's variables with the current ones: values, and whether builds get them. */
export function pendingVariables(
  version: Pick<DeploymentSpec, "variables" | "buildSettings">,
  today: { readonly variables: Readonly<Record<string, string>>; readonly marks: Marks },
): PendingVariables {
  const before = version.buildSettings?.marks ?? today.marks;
  const otherValue = changedNames(variableChanges(version.variables, today.variables));
  const inBoth = Object.keys(today.variables).filter((name) => Object.hasOwn(version.variables, name));
  const otherMark = inBoth.filter((name) => isInBuilds(name, before) !== isInBuilds(name, today.marks));
  const names = [...new Set([...otherValue, ...otherMark])].sort();
  return { names, inBuilds: names.filter((name) => isInBuilds(name, before) || isInBuilds(name, today.marks)) };
}

function isInBuilds(name: string, marks: Marks): boolean {
  const { known, secret } = buildVariablesOf([name], marks);
  return known.length + secret.length > 0;
}
