import { replacedInPlace } from "../../plan/replaced-in-place.ts";
import type { ComposeService } from "../project/compose-project.ts";

/** Why two versions of a service cannot run beside each other, as the rest of a sentence about it; null: they can. */
export function statefulReason({ container, xBaton }: ComposeService): string | null {
  // Reading does not get in anybody's way.
  const written = container.mounts.flatMap((mount) =>
    mount.type === "volume" && !mount.readOnly ? [mount.volume] : [],
  );
  return replacedInPlace({ volumes: [...new Set(written)], strategy: xBaton.strategy, saidBy: "x-baton" });
}
