/** Says why two versions of a service cannot run at the same time, as the rest of a sentence; null when they can. */
export function replacedInPlace(service: {
  /** Volumes that it writes to. */
  readonly volumes: readonly string[];
  readonly strategy: "blue-green" | "recreate" | null;
  /** The file that sets the strategy: "baton.yaml". */
  readonly saidBy: string;
}): string | null {
  const { volumes, strategy, saidBy } = service;
  if (strategy === "recreate") return `is replaced in place, because ${saidBy} says so`;
  if (strategy === "blue-green" || volumes.length === 0) return null;
  return `keeps its data in ${volumes.length === 1 ? "the volume" : "the volumes"} ${volumes.join(", ")}`;
}
