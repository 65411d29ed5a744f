import { durationText } from "./duration-text.ts";
import { sizeText } from "./size-text.ts";

/** What `npm run backup` prints. */
export function backupText(
  { path, bytes, tookMs }: { readonly path: string; readonly bytes: number; readonly tookMs: number },
  passphrase: { readonly text: string; readonly file: string | null; readonly isNew: boolean },
): string {
  const done = `${path}  ${sizeText(bytes)}, in ${durationText(tookMs)}`;
  if (passphrase.file === null) return `${done}\nIts key is sealed with BATON_BACKUP_PASSPHRASE.`;
  if (!passphrase.isNew) return `${done}\nIts key is sealed with the passphrase in ${passphrase.file}.`;
  return `${done}

Its key is sealed with this passphrase, as those of all backups to come:

    ${passphrase.text}

Keep it somewhere other than this server: without it, a backup cannot be restored. It is in ${passphrase.file}.`;
}

/** What `npm run restore` prints. */
export function restoredText(
  {
    about,
    end,
  }: {
    readonly about: {
      readonly version: string;
      readonly at: string;
      readonly settings: Readonly<Record<string, string>>;
    };
    readonly end: { readonly repositories: number };
  },
  { dataFolder, tookMs }: { readonly dataFolder: string; readonly tookMs: number },
): string {
  const taken = about.at.slice(0, 16).replace("T", " ");
  const repositories = end.repositories === 1 ? "1 repository" : `${end.repositories} repositories`;
  const settings = Object.entries(about.settings).map(([name, value]) => `    ${name}=${value}`);
  return [
    `Restored into ${dataFolder} in ${durationText(tookMs)}: ${repositories}, and the database as of ${taken} UTC.`,
    "Next: npm start. It builds every live version whose images are not on this machine, and brings it up.",
    ...(settings.length === 0
      ? []
      : ["", "These settings were in use; set them here as well, as far as they fit:", "", ...settings]),
  ].join("\n");
}
