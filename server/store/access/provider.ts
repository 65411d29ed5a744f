import type { ProviderStore } from "../../ports/store/provider.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { identityProviders } from "../schema/access.ts";

/** The table's only row. */
const id = 1;
const owner = { kind: "client secret", id: String(id) } as const;

export function createProviderStore(database: Database, secrets: Secrets): ProviderStore {
  return {
    get: async () => {
      const row = await database.read(onlyRow);
      if (!row) return null;
      const { label, issuer, clientId, domains, role } = row;
      return { label, issuer, clientId, domains, role };
    },

    client: async () => {
      const row = await database.read(onlyRow);
      if (!row) return null;
      const { issuer, clientId } = row;
      return { issuer, clientId, clientSecret: secrets.open(owner, row.clientSecret) };
    },

    async set({ clientSecret, ...settings }) {
      await database.write(async ({ tx }) => {
        const sealed = (await secrets.sealing(tx))(owner, clientSecret);
        const row = { ...settings, domains: [...settings.domains], clientSecret: sealed };
        await tx
          .insert(identityProviders)
          .values({ id, ...row })
          .onConflictDoUpdate({ target: identityProviders.id, set: row });
      });
    },

    async remove() {
      await database.write(({ tx }) => tx.delete(identityProviders));
    },
  };
}

async function onlyRow(queries: Queries) {
  const [row] = await queries.select().from(identityProviders);
  return row ?? null;
}
