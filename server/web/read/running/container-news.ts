import type { InstallationId } from "../../../model/names/ids.ts";
import type { Engine } from "../../../ports/engine/engine.ts";

/** Tells pages that a container started, died or changed its health. One connection to the engine serves all of them. */
export interface ContainerNews {
  /**
   * Calls `changed` with the installation whose container it was. Returns the function that ends it. While anybody
   * listens, call `keepUp` from time to time: it connects again when the engine has gone away.
   */
  subscribe(changed: (installation: InstallationId) => void): () => void;
  keepUp(): void;
}

export function createContainerNews({ engine }: { readonly engine: Pick<Engine, "events"> }): ContainerNews {
  const listeners = new Set<(installation: InstallationId) => void>();
  let following: AbortController | null = null;

  async function follow(ending: AbortController): Promise<void> {
    try {
      for await (const { owner } of engine.events(ending.signal)) {
        for (const changed of [...listeners]) changed(owner.installation);
      }
    } catch {
      // The engine does not answer; the pages say so.
    } finally {
      if (following === ending) following = null;
    }
  }

  function keepUp(): void {
    if (following !== null || listeners.size === 0) return;
    following = new AbortController();
    void follow(following);
  }

  return {
    keepUp,
    subscribe(changed) {
      const listener = (installation: InstallationId) => changed(installation);
      listeners.add(listener);
      keepUp();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        following?.abort(new Error("nobody listens any more"));
        following = null;
      };
    },
  };
}
