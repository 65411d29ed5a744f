import type { InstallationId } from "../../../model/names/ids.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import { type Engine, EngineUnavailable } from "../../../ports/engine/engine.ts";
import { groupBy } from "../../../rules/rollout/group-by.ts";

/** The containers of each installation; null when the engine does not answer. */
export type ContainerIndex = ReadonlyMap<InstallationId, readonly ContainerState[]> | null;

/** Reads all containers at once. The result is the same object as before when the engine's list is. */
export function createContainerIndex({ engine }: { readonly engine: Pick<Engine, "listContainers"> }) {
  const never = new AbortController().signal;
  let last: { readonly list: readonly ContainerState[]; readonly index: ContainerIndex } | null = null;

  return async (): Promise<ContainerIndex> => {
    try {
      // Not the caller's signal: others wait for the same result, and the engine has its own time limits.
      const list = await engine.listContainers({ all: true }, never);
      if (last?.list !== list) last = { list, index: groupBy(list, ({ owner }) => owner.installation) };
      return last.index;
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      return null;
    }
  };
}
