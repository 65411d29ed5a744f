import type { ComposeService } from "./compose-project.ts";

/** Why two versions of a service cannot run beside each other, as the rest of a sentence about it; null: they can. */
export function statefulReason({ volumes, xBaton }: ComposeService): string | null {
  if (xBaton.strategy === "recreate") return "is replaced in place, because x-baton says so";
  if (xBaton.strategy === "blue-green") return null;
  // Reading does not get in anybody's way.
  const kept = volumes.flatMap((mount) => (mount.type === "volume" && !mount.readOnly ? [mount.volume] : []));
  return kept.length === 0
    ? null
    : `keeps its data in ${kept.length === 1 ? "the volume" : "the volumes"} ${kept.join(", ")}`;
}
