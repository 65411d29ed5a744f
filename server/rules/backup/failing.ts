import type { Backup } from "../../model/backup.ts";
import type { InstallationId } from "../../model/names/ids.ts";

/** A service whose newest backup has failed. */
export interface FailingBackup {
  readonly installation: InstallationId;
  readonly service: string;
  readonly failure: string;
  readonly at: Date;
}

/** Expects the newest backups first. One that is not finished says nothing yet. */
export function failingBackups(backups: readonly Backup[]): readonly FailingBackup[] {
  const seen = new Set<string>();
  return backups.flatMap(({ installationId, service, status, failure, finishedAt }) => {
    const key = `${installationId} ${service}`;
    if (finishedAt === null || seen.has(key)) return [];
    seen.add(key);
    return status === "failed"
      ? [{ installation: installationId, service, failure: failure ?? "", at: finishedAt }]
      : [];
  });
}

export function failingText({ service, failure }: Pick<FailingBackup, "service" | "failure">): string {
  const [line = ""] = failure.split("\n").slice(-1);
  return `The last backup of ${service} failed: ${line}`;
}
