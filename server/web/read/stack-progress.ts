import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { pendingStack, type StackProgress } from "../../model/deployment/event.ts";
import type { StackSpec } from "../../model/deployment/spec.ts";

/** The reported progress of each stack, or, if nothing was reported, what the deployment's status implies. */
export function stacksOf(
  row: Deployment,
  progress: readonly StackProgress[],
  /** The stacks that the deployment is expected to have, until its own spec is known. */
  expected: readonly StackSpec[] = [],
): readonly StackProgress[] {
  const stacks = specOf(row)?.stacks ?? expected;
  const silent = stacks.filter(({ name }) => !progress.some((stack) => stack.name === name)).map(pendingOf);
  if (row.status === "failed")
    return [...progress, ...silent.map((stack) => ({ ...stack, status: "failed" as const }))];
  if (row.status !== "ready") return [...progress, ...silent];
  return [
    ...progress,
    ...silent.map((stack) => ({
      ...stack,
      status: "running" as const,
      percent: 100,
      servicesDone: stack.serviceCount,
    })),
  ];
}

export function pendingOf({ name, services }: StackSpec): StackProgress {
  return pendingStack(name, services.length);
}
