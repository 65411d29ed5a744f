import type { ServiceSpec } from "./deployment/spec.ts";

/**
 * How often a service runs, and whether its visitors stay with one replica, as a user has set it. Null leaves it to the
 * repository. It applies at once, also to a live version, and takes precedence.
 */
export interface Scaling {
  /** 1 to `mostReplicas`. */
  readonly replicas: number | null;
  readonly sticky: boolean | null;
}

export const mostReplicas = 32;

/** Why a service cannot run more than once, as the rest of a sentence; null when it can. */
export function whyOnce({ kind, stateful }: Pick<ServiceSpec, "kind" | "stateful">): string | null {
  return kind === "init" ? "is an init service, which runs once before the others start" : stateful;
}

/** Why a service has no visitors who could come back to the same replica, as the rest of a sentence. */
export function whyNotSticky({ kind }: Pick<ServiceSpec, "kind">): string | null {
  return kind === "web" ? null : `is of kind ${kind}, and only HTTP requests have cookies`;
}
