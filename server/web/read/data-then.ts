import { findDataThen } from "../../commands/backups/find-data-then.ts";
import type { DataFacts } from "../../model/backup.ts";
import type { Deployment } from "../../model/deployment/deployment.ts";
import type { Installation } from "../../model/product.ts";
import type { DataThen } from "../../rules/backup/data-then.ts";
import type { WebAdapters } from "../adapters.ts";

/** The data that a former version last ran on, with how much there is now, by service. */
export interface DataThenAndNow extends DataThen {
  readonly now: ReadonlyMap<string, DataFacts | null>;
}

/** Otherwise why it cannot be brought back, as the rest of a sentence; null when it has not been changed since. */
export async function readDataThen(
  { store, backupFacts }: Pick<WebAdapters, "store" | "backupFacts">,
  deployment: Deployment,
  installation: Installation,
): Promise<DataThenAndNow | string | null> {
  const then = await findDataThen(store, deployment, installation);
  if (then === null || typeof then === "string") return then;
  const facts = then.backups.map(
    async ({ service }) => [service, await backupFacts(installation.id, service)] as const,
  );
  return { ...then, now: new Map(await Promise.all(facts)) };
}
