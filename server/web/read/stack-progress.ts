import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { pendingStack, type StackProgress } from "../../model/deployment/event.ts";
import type { StackSpec } from "../../model/deployment/spec.ts";

/** What was said about each stack; for stacks that nothing was said about yet, what the deployment's status implies. */
export function stacksOf(
  row: Deployment,
  progress: readonly StackProgress[],
  /** Those that it will have, while it does not say so itself. */
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
