import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import { buildVariablesOf } from "../../model/values/build-variables.ts";
import { changedNames, variableChanges } from "./version-changes.ts";

export interface PendingVariables {
  /** Names of variables that the live version has not got as they are set now, sorted. */
  readonly names: readonly string[];
  /** Those of them that builds are given: they take effect by a build. */
  readonly inBuilds: readonly string[];
}

type Marks = Readonly<Record<string, boolean>>;

/** What of today's variables a version has not got: another value, or that builds get them. */
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
