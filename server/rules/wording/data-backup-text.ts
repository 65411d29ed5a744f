import type { DataBackup } from "../../model/deployment/event.ts";
import { durationText } from "./duration-text.ts";
import { sizeText } from "./size-text.ts";

/** What became of the data before a migration, as sentences without a full stop. */
export function dataBackupText({ made, skipped }: DataBackup): readonly string[] {
  const [only, ...others] = new Set(skipped.map(({ why }) => why));
  if (!made && only !== undefined && others.length === 0 && skipped.length > 1)
    return [
      `The data of ${listed(skipped.map(({ service }) => service))} was not backed up before the migration: ${only}`,
    ];
  const of = made && skipped.length > 0 ? `The data of ${listed(made.services)}` : "Data";
  return [
    ...(made
      ? [`${of} was backed up before the migration: ${sizeText(made.bytes)} in ${durationText(made.tookMs)}`]
      : []),
    ...skipped.map(({ service, why }) => `The data of ${service} was not backed up before the migration: ${why}`),
  ];
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
