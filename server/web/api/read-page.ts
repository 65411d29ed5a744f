/**
 * Reads a page of a list that is ordered by falling id. It asks for one row more than is shown, to learn whether there is
 * a next page: `next` is its `before`.
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
