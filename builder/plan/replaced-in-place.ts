/** Why two versions of a service cannot run beside each other, as the rest of a sentence about it; null: they can. */
export function replacedInPlace(service: {
  /** Volumes that it writes to. */
  readonly volumes: readonly string[];
  readonly strategy: "blue-green" | "recreate" | null;
  /** Where the strategy stands: "baton.yaml". */
  readonly saidBy: string;
}): string | null {
  const { volumes, strategy, saidBy } = service;
  if (strategy === "recreate") return `is replaced in place, because ${saidBy} says so`;
  if (strategy === "blue-green" || volumes.length === 0) return null;
  return `keeps its data in ${volumes.length === 1 ? "the volume" : "the volumes"} ${volumes.join(", ")}`;
}
