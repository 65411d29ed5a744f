/**
 * Reads a page of a list that is ordered by falling id. It requests one row more than it returns, to learn whether
 * there is a next page. `next` is the `before` of that page.
 */
export async function readPage<Id extends number, Row extends { readonly id: number }>(
  { limit, before }: { readonly limit: number; readonly before?: Id | undefined },
  list: (page: { readonly limit: number; readonly before?: Id }) => Promise<readonly Row[]>,
): Promise<{ readonly rows: readonly Row[]; readonly next: { readonly next?: string } }> {
  const found = await list({ limit: limit + 1, ...(before !== undefined && { before }) });
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? { next: String(last.id) } : {} };
}

/** The `after` of the next page of a list from which one row more than a page was read. */
export function nextOf<Row>(
  found: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string | number,
): { readonly next?: string } {
  const last = found[limit - 1];
  return found.length > limit && last !== undefined ? { next: String(keyOf(last)) } : {};
}
