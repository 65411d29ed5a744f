import { counted } from "./duration-text.ts";
import type { PendingVariables } from "./pending-variables.ts";

/** What is set and not live yet. */
export interface PendingChanges {
  readonly variables: PendingVariables;
  /** Services whose health checks or limits have changed. */
  readonly services: readonly string[];
}

/** In sentences; null: all of it is live. */
export function pendingText({ variables, services }: PendingChanges): string | null {
  const count = variables.names.length + services.length;
  if (count === 0) return null;
  const first = `${counted(count, "change")} not live yet: ${[...variables.names, ...services.map(settingsOf)].join(", ")}.`;
  const { inBuilds } = variables;
  if (inBuilds.length === 0) return first;
  return `${first} ${inBuilds.join(", ")} ${inBuilds.length === 1 ? "is" : "are"} part of the build, so the app will be rebuilt.`;
}

function settingsOf(service: string): string {
  return `settings of ${service}`;
}
