import type { ProviderStore } from "../../../../server/ports/store/provider.ts";
import type { FakeRows } from "../rows.ts";

export function createProvider(rows: FakeRows): ProviderStore {
  return {
    async get() {
      if (!rows.provider.row) return null;
      const { clientSecret: _, ...settings } = rows.provider.row;
      return settings;
    },
    async client() {
      if (!rows.provider.row) return null;
      const { issuer, clientId, clientSecret } = rows.provider.row;
      return { issuer, clientId, clientSecret };
    },
    async set(row) {
      rows.provider.row = row;
    },
    async remove() {
      rows.provider.row = null;
    },
  };
}
