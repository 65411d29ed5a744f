import type { OwnBackupSchedule } from "../../server/model/own-backup.ts";
import type { OwnBackups } from "../../server/ports/backup/own-backups.ts";

export interface FakeOwnBackups extends OwnBackups {
  /** What is written, by name. */
  readonly archives: Set<string>;
  /** Told before an archive is made; "running" is another process that makes one, and it may throw. */
  onMake: () => "running" | undefined;
}

export function createFakeOwnBackups(schedule: OwnBackupSchedule | null = null): FakeOwnBackups {
  const archives = new Set<string>();
  let made = 0;
  const fake: FakeOwnBackups = {
    ...{ archives, schedule, to: "/data/backups", isOwnFolder: true, passphraseFile: "/data/backup-passphrase" },
    onMake: () => undefined,
    async make() {
      if (fake.onMake() === "running") return "running";
      const file = `baton-${++made}.tar.gz`;
      archives.add(file);
      return { place: { type: "folder", path: "/data/backups" }, file, bytes: 70_000, tookMs: 2_000 };
    },
    async remove({ file }) {
      return file !== null && archives.delete(file);
    },
  };
  return fake;
}
