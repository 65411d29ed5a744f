import { eq } from "drizzle-orm";
import type { EnvironmentId } from "../../model/names/ids.ts";
import type { InstallationCopy } from "../../ports/store/products.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Transaction } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { createInstallation } from "./installations.ts";
import { setServiceSettings, settingsOf } from "./service-settings.ts";
import { changeVariables, type Holder, openAll, variablesOf, visibleOnes } from "./variables.ts";

/** Installs a product in another environment. A product that was deleted is left out. */
export async function copyInstallation(
  transaction: Transaction,
  secrets: Secrets,
  environmentId: EnvironmentId,
  { from, branch }: InstallationCopy,
): Promise<void> {
  const { tx } = transaction;
  const [source] = await tx
    .select({ productId: installations.productId })
    .from(installations)
    .where(eq(installations.id, from));
  const created = source && (await createInstallation(transaction, { ...source, environmentId, branch }));
  if (!created) return;
  // The product's variables apply in all of its environments already.
  const shared = (await variablesOf(tx, { product: created.productId })).map(({ name }) => name);
  await copyVisibleVariables(transaction, secrets, { installation: from }, { installation: created.id }, shared);
  for (const [service, settings] of await settingsOf(tx, from))
    await setServiceSettings(transaction, created.id, service, settings);
}

/** Copies the variables that are not secret, with their marks. */
export async function copyVisibleVariables(
  transaction: Transaction,
  secrets: Secrets,
  from: Holder,
  to: Holder,
  without: readonly string[] = [],
): Promise<void> {
  const own = (await variablesOf(transaction.tx, from)).filter(({ name }) => !without.includes(name));
  const visible = visibleOnes(own);
  await changeVariables(transaction, secrets, to, openAll(visible, secrets), [], {
    atBuild: Object.fromEntries(visible.map(({ name, atBuild }) => [name, atBuild])),
    secret: Object.fromEntries(visible.map(({ name }) => [name, false])),
  });
}
