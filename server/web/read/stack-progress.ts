import type { Deployment } from "../../model/deployment/deployment.ts";
import { pendingStack, type StackProgress } from "../../model/deployment/event.ts";
import type { StackOutline } from "../../model/deployment/spec.ts";

/**
 * The reported progress of each stack, or, if nothing was reported, what the deployment's status implies. `stacks` are
 * those of its own spec, or the ones that it is expected to have until its spec is known.
 */
export function stacksOf(
  row: Deployment,
  progress: readonly StackProgress[],
  stacks: readonly StackOutline[],
): readonly StackProgress[] {
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

export function pendingOf({ name, services }: StackOutline): StackProgress {
  return pendingStack(name, services.length);
}
