import type { Interruption } from "../rollout/stateful.ts";

/** Says before anything is touched which service will be unavailable, or keep its users waiting, and why. */
export function interruptionText({ service, kind, why, isOver }: Interruption): string {
  if (isOver) return `${service} will be stopped: ${why}`;
  return kind === "web"
    ? `${service} cannot run twice: requests to it wait while it is replaced (${why})`
    : `${service} cannot run twice: it will be unavailable while it is replaced (${why})`;
}
