import type { DataFacts } from "../../model/backup.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { BackupContext } from "./backup-context.ts";
import { findSubject } from "./find-subject.ts";

const limitMs = 25_000;

/** How much data a service has at the moment. Null when it does not run, or does not say within seconds. */
export async function measureNow(
  context: Pick<BackupContext, "instance" | "engine" | "store" | "clock" | "backupTools">,
  installation: InstallationId,
  service: string,
): Promise<DataFacts | null> {
  const signal = context.clock.timeout(limitMs);
  try {
    const { subject } = await findSubject({ ...context, signal }, installation, service);
    return await context.backupTools.measure(subject, signal);
  } catch {
    return null;
  }
}
