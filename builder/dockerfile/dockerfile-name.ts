import type { SourceTree } from "../plan/plan.ts";

/** The names that Docker looks for, followed by those of Podman and Buildah. */
export const dockerfileNames = ["Dockerfile", "dockerfile", "Containerfile", "containerfile"] as const;

/** Returns the Dockerfile of a folder by any of its usual names; null when there is none. */
export function dockerfileIn(tree: Pick<SourceTree, "files">): string | null {
  return dockerfileNames.find((name) => tree.files.has(name)) ?? null;
}
