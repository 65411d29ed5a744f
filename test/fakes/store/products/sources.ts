import type { ProductId } from "../../../../server/model/names/ids.ts";
import { plainSource, type Source } from "../../../../server/model/source.ts";
import type { SourceChanges } from "../../../../server/ports/store/sources.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { FakeRows, SourceSecrets } from "../rows.ts";

const none: SourceSecrets = { token: null, privateKey: null, hostKey: null, webhookSecret: null };

export function changeSource(rows: FakeRows, id: ProductId, { token, ...changes }: SourceChanges): void {
  const { set, keep } = tablesOf(rows);
  set(id, changes);
  if (changes.hostKey === null) keep(id, { hostKey: null });
  if (token === undefined) return;
  keep(id, { token });
  set(id, { hasToken: token !== null });
}

function tablesOf(rows: FakeRows) {
  const of = (id: ProductId) => rows.sources.get(id) ?? plainSource;
  const secretsOf = (id: ProductId) => rows.sourceSecrets.get(id) ?? none;
  const set = (id: ProductId, changes: Partial<Source>) => void rows.sources.set(id, { ...of(id), ...changes });
  const keep = (id: ProductId, changes: Partial<SourceSecrets>) =>
    void rows.sourceSecrets.set(id, { ...secretsOf(id), ...changes });
  return { of, secretsOf, set, keep };
}

export function createSources(rows: FakeRows): Store["sources"] {
  const { of, secretsOf, set, keep } = tablesOf(rows);

  /** A product that was never polled is due at once. */
  const isDue = ({ id, repository }: { readonly id: ProductId; readonly repository: string | null }, now: Date) => {
    const { pollMinutes, polledAt } = of(id);
    if (repository === null || pollMinutes === null || rows.deletedProducts.has(id)) return false;
    return polledAt === null || polledAt.getTime() + pollMinutes * 60_000 <= now.getTime();
  };

  return {
    get: async (id) => of(id),
    async credentials(id) {
      const { webhookSecret: _, ...credentials } = secretsOf(id);
      return credentials;
    },
    webhookSecret: async (id) => secretsOf(id).webhookSecret,
    async setWebhookSecret(id, webhookSecret) {
      keep(id, { webhookSecret });
      set(id, { hasWebhookSecret: true, pingedAt: null });
    },
    async setDeployKey(id, key) {
      keep(id, { privateKey: key?.privateKey ?? null });
      set(id, { deployKey: key?.publicKey ?? null });
    },
    async rememberHostKey(id, hostKey) {
      if (of(id).hostKey !== null) return;
      keep(id, { hostKey });
      set(id, { hostKey });
    },
    async recordPing(id, pingedAt) {
      set(id, { pingedAt });
    },
    async takeDuePolls(now) {
      const due = [...rows.products.values()].filter((product) => isDue(product, now)).map(({ id }) => id);
      for (const id of due) set(id, { polledAt: now });
      return due;
    },
  };
}
