import type { OwnBackup, OwnBackupReason, OwnBackupSettings } from "../../server/model/own-backup.ts";
import { routes } from "../../server/routes.ts";
import { archiveAddress } from "../../server/rules/backup/archive-place.ts";
import { elapsedText } from "../../server/rules/wording/duration-text.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import type { PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Elapsed, RelativeTime } from "../ui/time.tsx";
import { BackupBadge } from "./backup-badge.tsx";

export interface OwnBackupsProps {
  readonly settings: OwnBackupSettings;
  /** Newest first. */
  readonly backups: readonly OwnBackup[];
  /** Null when nothing is scheduled. */
  readonly nextAt: Date | null;
}

/** Backups of Baton itself: when the last one was made, when the next one will be, and the history. */
export function OwnBackupsSection({ frame, own }: { readonly frame: PageFrame; readonly own: OwnBackupsProps }) {
  const { settings, backups } = own;
  const isBusy = backups.some(({ finishedAt }) => finishedAt === null);
  return (
    <section class="card flush" aria-labelledby="own-title">
      <header class="card-head">
        <h2 id="own-title">Baton itself</h2>
        {offers(frame, routes.backUpBaton.post) && (
          <form method="post" action={routes.backUpBaton()}>
            <CsrfField token={frame.csrf} />
            <button class="button" type="submit" disabled={isBusy}>
              Back up Baton now
            </button>
          </form>
        )}
      </header>
      <div class="own-facts">
        <p>
          <LastOne backups={backups} now={frame.now} /> <NextOne own={own} />
        </p>
        <p class="muted small">
          Products, versions, variables, people and history, in one archive in {settings.to}.{" "}
          {settings.isOwnFolder && "It is lost with this server: BATON_BACKUP_TO names a safer place. "}
          {settings.passphraseFile === null
            ? "Its key is sealed with BATON_BACKUP_PASSPHRASE. "
            : `Its key is sealed with the passphrase in ${settings.passphraseFile}: keep a copy of that elsewhere. `}
          {offers(frame, routes.document.get) && <a href={routes.document("restore")}>How to restore one</a>}
        </p>
      </div>
      {backups.map((backup) => (
        <Row backup={backup} now={frame.now} />
      ))}
    </section>
  );
}

function LastOne({ backups, now }: { readonly backups: readonly OwnBackup[]; readonly now: Date }) {
  const last = backups.find(({ status }) => status === "done");
  if (!last) return <span class="tone-warn">Baton has never been backed up.</span>;
  return (
    <>
      Last backed up <RelativeTime at={last.createdAt} now={now} />: {resultText(last)}.
    </>
  );
}

function NextOne({ own: { nextAt, settings } }: { readonly own: OwnBackupsProps }) {
  if (nextAt === null || settings.schedule === null)
    return <>Nothing is scheduled: set BATON_BACKUP_CRON, for example to 0 3 * * *, and restart Baton.</>;
  const { cron, timezone } = settings.schedule;
  return (
    <>
      The next one is due at {nextAt.toISOString().slice(0, 16).replace("T", " ")} UTC ({cron}
      {timezone === "UTC" ? "" : `, ${timezone}`}).
    </>
  );
}

const reasons: Readonly<Record<OwnBackupReason, string>> = {
  schedule: "on schedule",
  manual: "by hand",
  command: "by npm run backup",
};

function Row({ backup, now }: { readonly backup: OwnBackup; readonly now: Date }) {
  const { status, reason, requestedBy, failure, startedAt, place, file } = backup;
  return (
    <div class={`backup-row${backup.removedAt ? " is-gone" : ""}`}>
      <BackupBadge backup={backup} />
      <div class="backup-what">
        <p>
          <RelativeTime at={backup.createdAt} now={now} />
          <span class="muted">
            , {reasons[reason]}
            {requestedBy !== null && ` (${requestedBy})`}
          </span>
        </p>
        <p class="muted small">
          {status === "queued" && "waits for its turn"}
          {status === "running" && startedAt && <Elapsed since={startedAt} now={now} />}
          {status === "done" && resultText(backup)}
          {status === "stopped" && "Baton stopped meanwhile"}
        </p>
        {place !== null && file !== null && <p class="muted small own-file">{archiveAddress(place, file)}</p>}
        {failure !== null && <p class="field-error">{failure}</p>}
      </div>
    </div>
  );
}

function resultText({ bytes, startedAt, finishedAt }: OwnBackup): string {
  const took = startedAt && finishedAt ? `, in ${elapsedText(finishedAt.getTime() - startedAt.getTime())}` : "";
  return `${sizeText(bytes)}${took}`;
}
