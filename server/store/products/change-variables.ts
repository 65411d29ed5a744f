import { eq } from "drizzle-orm";
import type { InstallationId } from "../../model/names/ids.ts";
import type { RefuseVariables, VariableScope } from "../../model/values/variable-scope.ts";
import type { VariableMarks } from "../../ports/store/products.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { readScopes, readSharedScope } from "./variable-scopes.ts";
import { changeVariables, type Holder } from "./variables.ts";

interface VariableChange {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  readonly marks: VariableMarks | undefined;
  readonly refuse: RefuseVariables | undefined;
}

/** Undoes the transaction. The sentence says why. */
class RefusedChange extends Error {}

/** Changes variables unless `refuse` objects to what they would be; then returns its sentence. */
export async function changeCheckedVariables(
  database: Database,
  secrets: Secrets,
  holder: Holder,
  { set, unset, marks, refuse }: VariableChange,
): Promise<string | null> {
  try {
    await database.write(async (transaction) => {
      await changeVariables(transaction, secrets, holder, set, unset, marks);
      const sentence = refuse?.(await affected(transaction.tx, secrets, holder)) ?? null;
      if (sentence !== null) throw new RefusedChange(sentence);
    });
    return null;
  } catch (error) {
    if (error instanceof RefusedChange) return error.message;
    throw error;
  }
}

/** What a shared variable of an environment means is checked without the products that get it, which may override it. */
async function affected(tx: Queries, secrets: Secrets, holder: Holder): Promise<readonly VariableScope[]> {
  if ("environment" in holder) {
    const scope = await readSharedScope(tx, secrets, holder.environment);
    return scope ? [scope] : [];
  }
  const ids = "product" in holder ? await installedOf(tx, holder.product) : [holder.installation];
  return [...(await readScopes(tx, secrets, ids)).values()];
}

async function installedOf(tx: Queries, product: number): Promise<readonly InstallationId[]> {
  const rows = await tx
    .select({ id: installations.id })
    .from(installations)
    .where(eq(installations.productId, product as never));
  return rows.map(({ id }) => id);
}
