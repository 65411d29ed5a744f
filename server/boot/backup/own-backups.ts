import { openPlace } from "../../backup/places/open-place.ts";
import type { OwnBackups } from "../../ports/backup/own-backups.ts";
import { archivePlace, isSamePlace, keptSettings } from "../../rules/backup/archive-place.ts";
import type { Config } from "../config.ts";
import type { DataFolder } from "../process/data-folder.ts";
import { systemClock } from "../system-clock.ts";
import { backUpServer } from "./back-up-server.ts";
import { passphraseFile } from "./passphrase-file.ts";

/** Backups of this Baton, to the place of its settings, as `npm run backup` makes them. */
export function createOwnBackups(
  { ownBackups: { to, schedule, passphrase, environment } }: Pick<Config, "ownBackups">,
  { data, url, instance }: { readonly data: DataFolder; readonly url: string; readonly instance: string },
): OwnBackups {
  const today = () => archivePlace(to ?? data.backups, environment);
  return {
    schedule,
    to: to ?? data.backups,
    isOwnFolder: to === null,
    passphraseFile: passphrase === null ? passphraseFile(data.root) : null,

    async make(signal) {
      const settings = keptSettings(environment);
      const order = { data, url, instance, settings, to: today(), passphrase, now: systemClock.now };
      const done = await backUpServer(order, signal);
      return done === "running" ? done : { place: done.place, file: done.file, bytes: done.bytes, tookMs: done.tookMs };
    },

    async remove({ place, file }, signal) {
      const now = today();
      if (place === null || file === null || !isSamePlace(now.place, place)) return false;
      await openPlace(now, data.backups).remove(file, signal);
      return true;
    },
  };
}
