import { replacedInPlace } from "../../plan/replaced-in-place.ts";
import type { ComposeService } from "../project/compose-project.ts";

/** Says why two versions of a service cannot run at the same time, as the rest of a sentence; null when they can. */
export function statefulReason({ container, xBaton }: ComposeService): string | null {
  // Two versions can share a volume that they only read.
  const written = container.mounts.flatMap((mount) =>
    mount.type === "volume" && !mount.readOnly ? [mount.volume] : [],
  );
  return replacedInPlace({ volumes: [...new Set(written)], strategy: xBaton.strategy, saidBy: "x-baton" });
}
