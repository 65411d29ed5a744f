import type { SourceTree } from "../plan/plan.ts";

/** As Docker looks for it, and then as Podman and Buildah do. */
export const dockerfileNames = ["Dockerfile", "dockerfile", "Containerfile", "containerfile"] as const;

/** The Dockerfile of a folder by any of its usual names; null: there is none. */
export function dockerfileIn(tree: Pick<SourceTree, "files">): string | null {
  return dockerfileNames.find((name) => tree.files.has(name)) ?? null;
}
