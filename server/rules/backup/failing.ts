import type { Backup, Drill } from "../../model/backup.ts";
import type { InstallationId } from "../../model/names/ids.ts";

/** A service whose newest backup, or newest restore drill, has failed. */
export interface FailingBackup {
  readonly what: "backup" | "restore drill";
  readonly installation: InstallationId;
  readonly service: string;
  readonly failure: string;
  readonly at: Date;
}

/** Expects the newest backups first. One that is not finished says nothing yet. */
export function failingBackups(backups: readonly Backup[]): readonly FailingBackup[] {
  return failing("backup", backups);
}

/** Expects the newest drills first. One that was stopped says nothing. */
export function failingDrills(drills: readonly Drill[]): readonly FailingBackup[] {
  return failing(
    "restore drill",
    drills.filter(({ status }) => status !== "stopped"),
  );
}

type Run = Pick<Drill, "installationId" | "service" | "status" | "failure" | "finishedAt">;

function failing(what: FailingBackup["what"], runs: readonly Run[]): readonly FailingBackup[] {
  const seen = new Set<string>();
  return runs.flatMap(({ installationId, service, status, failure, finishedAt }) => {
    const key = `${installationId} ${service}`;
    if (finishedAt === null || seen.has(key)) return [];
    seen.add(key);
    return status === "failed"
      ? [{ what, installation: installationId, service, failure: failure ?? "", at: finishedAt }]
      : [];
  });
}

export function failingText({ what, service, failure }: Pick<FailingBackup, "what" | "service" | "failure">): string {
  const [line = ""] = failure.split("\n").slice(-1);
  return `The last ${what} of ${service} failed: ${line}`;
}
