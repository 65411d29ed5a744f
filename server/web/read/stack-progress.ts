import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import type { StackProgress } from "../../model/deployment/event.ts";
import type { StackSpec } from "../../model/deployment/spec.ts";

/** What was said about each stack; for stacks that nothing was said about yet, what the deployment's status implies. */
export function stacksOf(
  row: Deployment,
  progress: readonly StackProgress[],
  /** Those that it will have, while it does not say so itself. */
  expected: readonly StackSpec[] = [],
): readonly StackProgress[] {
  const stacks = specOf(row)?.stacks ?? expected;
  const silent = stacks.filter(({ name }) => !progress.some((stack) => stack.name === name)).map(pendingStack);
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

export function pendingStack({ name, services }: StackSpec): StackProgress {
  return {
    name,
    status: "pending",
    phase: null,
    percent: 0,
    serviceCount: services.length,
    servicesDone: 0,
    currentService: null,
    message: null,
  };
}
