import type { Backup, DataFacts } from "../../model/backup.ts";
import { durationText } from "../wording/duration-text.ts";

/**
 * What a restore into the same place loses, as sentences: what was written since the backup began. `now` is what is
 * there at the moment; null when it does not say.
 */
export function lossText(
  backup: Pick<Backup, "startedAt" | "createdAt" | "facts">,
  now: DataFacts | null,
  at: Date,
): readonly string[] {
  const began = backup.startedAt ?? backup.createdAt;
  const since = `Everything that was written in the last ${durationText(Math.max(0, at.getTime() - began.getTime()))} is lost`;
  const { facts } = backup;
  if (!facts || !now || facts.rows === null || now.rows === null) return [`${since}.`];
  const about = facts.isEstimate || now.isEstimate ? "about " : "";
  const then = `the backup holds ${about}${count(facts.rows, unitOf(facts))}${inTables(facts)}`;
  const there = `there are ${about}${count(now.rows, unitOf(now))}${inTables(now)} now`;
  const more = now.rows - facts.rows;
  const change =
    more > 0
      ? `${about}${count(more, unitOf(now))} more than then`
      : more < 0
        ? `${about}${count(-more, unitOf(now))} fewer than then`
        : "as many as then";
  return [`${since}.`, `${capital(there)}, ${change}: ${then}.`];
}

/** "214 tables, 12,304 rows"; null when nothing is known. */
export function factsText(facts: DataFacts | null): string | null {
  if (!facts) return null;
  if (facts.sqlite !== undefined) {
    const files = count(facts.tables ?? 0, "file");
    return facts.sqlite === 0 ? files : `${files}, ${count(facts.sqlite, "SQLite database")} among them`;
  }
  const about = facts.isEstimate ? "about " : "";
  const rows = facts.rows === null ? null : `${about}${count(facts.rows, unitOf(facts))}`;
  return [facts.tables === null ? null : count(facts.tables, "table"), rows].filter((part) => part !== null).join(", ");
}

const unitOf = ({ tables }: DataFacts) => (tables === null ? "key" : "row");
const inTables = ({ tables }: DataFacts) => (tables === null ? "" : ` in ${count(tables, "table")}`);
const count = (number: number, unit: string) => `${number.toLocaleString("en-US")} ${unit}${number === 1 ? "" : "s"}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
