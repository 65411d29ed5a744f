import type { Drill } from "../../model/backup.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Asks for a restore drill of a service's newest backup. */
export async function tryRestore(
  { store, clock, wakeBackups }: Uses<"store" | "clock" | "wakeBackups">,
  installation: InstallationId,
  { service, by }: { readonly service: string; readonly by: string },
): Promise<{ readonly type: "asked"; readonly drill: Drill } | Refused> {
  const [newest] = await store.backups.list({ installation, service, kept: true, limit: 1 });
  if (!newest) return refused("conflict", `there is no backup of "${service}" whose restore could be tried`);
  const drill = await store.backups.requestDrill(
    { backup: newest.id, installation, service, requestedBy: by },
    clock.now(),
  );
  if (!drill) return refused("conflict", `a restore of ${service} is being tried already`);
  wakeBackups();
  return { type: "asked", drill };
}
