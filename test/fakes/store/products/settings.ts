import type { Store } from "../../../../server/ports/store/store.ts";
import type { FakeRows } from "../rows.ts";

export function createSettings({ settings }: FakeRows): Store["settings"] {
  return {
    get: async (name) => settings.get(name) ?? null,
    async getOrSet(name, value) {
      const kept = settings.get(name) ?? value;
      settings.set(name, kept);
      return kept;
    },
    async set(name, value) {
      settings.set(name, value);
    },
  };
}
