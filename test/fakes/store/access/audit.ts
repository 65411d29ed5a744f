import type { ProductId } from "../../../../server/model/names/ids.ts";
import { searchWords } from "../../../../server/model/values/search-words.ts";
import type { AuditEntry, AuditFilter } from "../../../../server/ports/store/access.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { FakeRows } from "../rows.ts";

export function createAudit(rows: FakeRows): Store["audit"] {
  return {
    async record(entry, at) {
      rows.audit.push({ ...entry, id: rows.audit.length + 1, at });
    },
    async list({ limit, before, products, ...filter }) {
      const among = products && namesOf(rows, products);
      const newestFirst = rows.audit.toSorted((one, other) => Number(other.at) - Number(one.at) || other.id - one.id);
      const last = newestFirst.findIndex(({ id }) => id === before);
      if (before !== undefined && last === -1) return [];
      return newestFirst
        .slice(last + 1)
        .filter((entry) => isFound(entry, filter))
        .filter(({ product }) => !among || (product !== null && among.includes(product)))
        .slice(0, limit);
    },
    choices: async () => ({
      who: sorted(rows.audit.map(({ who }) => who)),
      token: sorted(rows.audit.flatMap(({ token }) => token ?? [])),
      what: sorted(rows.audit.map(({ what }) => what)),
    }),
  };
}

function isFound(entry: AuditEntry, { who, token, what, product, from, to, text }: AuditFilter): boolean {
  const { subject, detail, address } = entry;
  const words = searchWords(
    [entry.who, entry.token, entry.what, subject, detail, address].join(" "),
    Number.POSITIVE_INFINITY,
  );
  return (
    (who === undefined || entry.who === who) &&
    (token === undefined || entry.token === token) &&
    (what === undefined || entry.what === what) &&
    (product === undefined || entry.product === product) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    searchWords(text ?? "").every((word) => words.some((one) => one.startsWith(word)))
  );
}

const sorted = (values: readonly string[]) => [...new Set(values)].sort();

function namesOf(rows: FakeRows, ids: readonly ProductId[]): readonly string[] {
  return ids.flatMap((id) => (rows.deletedProducts.has(id) ? [] : (rows.products.get(id)?.slug ?? [])));
}
