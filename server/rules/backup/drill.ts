import type { Backup, DataFacts, Drill } from "../../model/backup.ts";

/** Between these hours, by the clock of its plan, a backup is tried: few people are there, and the day's backups are made. */
const night = { from: 3, to: 6 };
/** Less than a day, so that a drill which began late does not move the next one to another night. */
const apartMs = 20 * 3_600_000;

type Tried = Pick<Drill, "installationId" | "service" | "status" | "createdAt">;

/**
 * The newest backup of each service, in the order in which they are to be tried: the one whose last drill is the longest
 * ago first, and before all those that were never tried. `backups` are those whose files exist, newest first.
 */
export function drillOrder<Row extends Pick<Backup, "id" | "installationId" | "service">>(
  backups: readonly Row[],
  drills: readonly Tried[],
): readonly Row[] {
  const tried = new Map<string, number>();
  for (const drill of drills) {
    // One that was stopped has shown nothing.
    if (drill.status !== "done" && drill.status !== "failed") continue;
    tried.set(keyOf(drill), Math.max(tried.get(keyOf(drill)) ?? 0, drill.createdAt.getTime()));
  }
  const newest = new Map<string, Row>();
  for (const backup of backups) if (!newest.has(keyOf(backup))) newest.set(keyOf(backup), backup);
  const lastOf = (backup: Row) => tried.get(keyOf(backup)) ?? 0;
  return [...newest.values()].sort((a, b) => lastOf(a) - lastOf(b) || a.id - b.id);
}

/** Whether this night's drill may still be made: one is not finished or was made, by hand or not, says no. */
export function mayDrill(
  drills: readonly Pick<Drill, "finishedAt" | "requestedBy" | "createdAt">[],
  now: Date,
): boolean {
  return !drills.some(
    ({ finishedAt, requestedBy, createdAt }) =>
      finishedAt === null || (requestedBy === null && now.getTime() - createdAt.getTime() < apartMs),
  );
}

export function isNight(timezone: string, now: Date): boolean {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", hourCycle: "h23" });
  const hour = Number(format.format(now));
  return hour >= night.from && hour < night.to;
}

/**
 * What is wrong with what a drill restored; null when nothing is. Rows are counted a moment before a backup is made, and
 * keys may have expired since, so only their complete absence says something.
 */
export function drillFault(backedUp: DataFacts | null, restored: DataFacts | null): string | null {
  if (!backedUp || !restored) return null;
  const unit = backedUp.sqlite === undefined ? "table" : "file";
  const [before, after] = [backedUp.tables, restored.tables];
  if (before !== null && after !== null && after < before) {
    return `Of ${count(before, unit)} in the backup, ${after === 0 ? "none" : `only ${after.toLocaleString("en-US")}`} came back`;
  }
  const isExact = !backedUp.isEstimate && !restored.isEstimate;
  if (before !== null && isExact && restored.rows === 0 && (backedUp.rows ?? 0) > 0) {
    return `The tables came back without any of the ${count(backedUp.rows ?? 0, "row")} of the backup`;
  }
  return null;
}

const keyOf = ({ installationId, service }: Pick<Backup, "installationId" | "service">) =>
  `${installationId} ${service}`;
const count = (number: number, unit: string) => `${number.toLocaleString("en-US")} ${unit}${number === 1 ? "" : "s"}`;
