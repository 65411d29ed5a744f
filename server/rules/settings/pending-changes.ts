import { counted } from "../wording/duration-text.ts";
import type { PendingVariables } from "./pending-variables.ts";

/** Changes that are saved but not live yet. */
export interface PendingChanges {
  readonly variables: PendingVariables;
  /** Services whose health checks or limits have changed. */
  readonly services: readonly string[];
}

/** Describes them in sentences. Null when everything is live. */
export function pendingText({ variables, services }: PendingChanges): string | null {
  const count = variables.names.length + services.length;
  if (count === 0) return null;
  const first = `${counted(count, "change")} not live yet: ${listed([...variables.names, ...services.map(settingsOf)])}.`;
  const { inBuilds } = variables;
  if (inBuilds.length === 0) return first;
  return `${first} Services that use ${listed(inBuilds)} in their build will be rebuilt.`;
}

const namedAtMost = 6;

function listed(names: readonly string[]): string {
  if (names.length <= namedAtMost) return names.join(", ");
  return `${names.slice(0, namedAtMost).join(", ")} and ${names.length - namedAtMost} more`;
}

function settingsOf(service: string): string {
  return `settings of ${service}`;
}
