import type { ProductId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { FakeRows } from "../rows.ts";

export function createAudit(rows: FakeRows): Store["audit"] {
  return {
    async record(entry, at) {
      rows.audit.push({ ...entry, id: rows.audit.length + 1, at });
    },
    list: async ({ limit, before = Number.POSITIVE_INFINITY, product, who, products }) =>
      rows.audit
        .filter(({ id }) => id < before)
        .filter((entry) => who === undefined || entry.who === who)
        .filter(({ subject }) => product === undefined || subject.split(" ")[0] === product)
        .filter(({ subject }) => !products || namesOf(rows, products).includes(subject.split(" ")[0] ?? ""))
        .reverse()
        .slice(0, limit),
  };
}

function namesOf(rows: FakeRows, ids: readonly ProductId[]): readonly string[] {
  return ids.flatMap((id) => (rows.deletedProducts.has(id) ? [] : (rows.products.get(id)?.slug ?? [])));
}
