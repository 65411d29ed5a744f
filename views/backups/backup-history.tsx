import type { Backup, BackupReason, Restore } from "../../server/model/backup.ts";
import { routes } from "../../server/routes.ts";
import { factsText } from "../../server/rules/backup/loss.ts";
import { elapsedText } from "../../server/rules/wording/duration-text.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import type { Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import type { ProductHeadProps } from "../product/product-frame.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { Badge } from "../ui/badge.tsx";
import { Elapsed, RelativeTime } from "../ui/time.tsx";
import { BackupBadge } from "./backup-badge.tsx";
import type { BackupsProps } from "./backups-props.ts";

type Place = Pick<ProductHeadProps, "slug" | "environment">;

/** Backups and restores in the order in which they were asked for, newest first. */
export function BackupHistory(props: {
  readonly head: Place;
  readonly backups: Pick<BackupsProps, "backups" | "restores" | "hasMore">;
  readonly reader: Reader;
  readonly now: Date;
}) {
  const { head, reader, now } = props;
  const { backups, restores, hasMore } = props.backups;
  if (backups.length === 0) return null;
  const oldest = backups.at(-1)?.createdAt ?? now;
  const rows = [
    ...backups.map((backup) => ({
      at: backup.createdAt,
      row: <BackupRow head={head} backup={backup} reader={reader} now={now} />,
    })),
    ...restores
      .filter((restore) => restore.createdAt >= oldest)
      .map((restore) => ({
        at: restore.createdAt,
        row: <RestoreRow restore={restore} backup={backups.find(({ id }) => id === restore.backupId)} now={now} />,
      })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  return (
    <section class="card flush" aria-labelledby="history-title">
      <header class="card-head">
        <h2 id="history-title">History</h2>
      </header>
      {rows.map(({ row }) => row)}
      {hasMore && <p class="backup-more muted small">Older ones are in the API: /api/backups.</p>}
    </section>
  );
}

const reasons: Readonly<Record<BackupReason, string>> = {
  schedule: "on schedule",
  manual: "by hand",
  "before-restore": "before a restore",
  "before-migration": "before a migration",
};

function BackupRow(props: {
  readonly head: Place;
  readonly backup: Backup;
  readonly reader: Reader;
  readonly now: Date;
}) {
  const { head, backup, reader, now } = props;
  const { service, status, failure } = backup;
  const isKept = status === "done" && backup.removedAt === null;
  return (
    <div class={`backup-row${backup.removedAt ? " is-gone" : ""}`}>
      <BackupBadge backup={backup} />
      <div class="backup-what">
        <p>
          <strong>{service}</strong>{" "}
          <span class="muted">
            <RelativeTime at={backup.createdAt} now={now} />, {reasons[backup.reason]}
            {backup.reason === "manual" && backup.requestedBy !== null && ` (${backup.requestedBy})`}
          </span>
        </p>
        <p class="muted small">
          <Facts backup={backup} now={now} />
        </p>
        {failure !== null && <p class="field-error">{failure}</p>}
      </div>
      {isKept && offers(reader, routes.backupRestore.get) && offers(reader, routes.backupRemove.get) && (
        <p class="backup-actions">
          <a class="button" href={inEnvironment(routes.backupRestore(head.slug, backup.id), head)}>
            Restore
            <span class="visually-hidden">
              {" "}
              {service} of {backup.createdAt.toISOString().slice(0, 16)}
            </span>
          </a>
          <a class="quiet" href={inEnvironment(routes.backupRemove(head.slug, backup.id), head)}>
            Remove
            <span class="visually-hidden">
              {" "}
              {service} of {backup.createdAt.toISOString().slice(0, 16)}
            </span>
          </a>
        </p>
      )}
    </div>
  );
}

function Facts({ backup, now }: { readonly backup: Backup; readonly now: Date }) {
  const { status, startedAt, finishedAt, readBytes, storedBytes } = backup;
  if (status === "queued") return <>waits for its turn</>;
  if (status === "running") {
    return (
      <>
        {startedAt && <Elapsed since={startedAt} now={now} />} · {sizeText(readBytes)} read, {sizeText(storedBytes)}{" "}
        stored
      </>
    );
  }
  const elapsed = startedAt && finishedAt ? elapsedText(finishedAt.getTime() - startedAt.getTime()) : null;
  if (status === "failed") return <>{elapsed === null ? "" : `after ${elapsed}`}</>;
  const parts = [
    factsText(backup.facts),
    `${sizeText(storedBytes)} (${sizeText(readBytes)} uncompressed)`,
    elapsed === null ? null : `in ${elapsed}`,
    backup.frozenMs > 0 ? `frozen for ${elapsedText(backup.frozenMs)}` : null,
    backup.isEncrypted ? "encrypted" : null,
  ];
  return <>{parts.filter((part) => part !== null).join(" · ")}</>;
}

function RestoreRow(props: { readonly restore: Restore; readonly backup: Backup | undefined; readonly now: Date }) {
  const { restore, backup, now } = props;
  const { status, failure, restored, finishedAt, createdAt } = restore;
  const of = backup
    ? `${backup.service} of ${backup.createdAt.toISOString().slice(0, 16).replace("T", " ")} UTC`
    : "a backup";
  return (
    <div class="backup-row is-restore">
      <RestoreBadge status={status} />
      <div class="backup-what">
        <p>
          <strong>Restore</strong>{" "}
          <span class="muted">
            of {of}
            {restore.into === "new" && ", beside it"}, <RelativeTime at={createdAt} now={now} /> ({restore.requestedBy})
          </span>
        </p>
        {finishedAt && status === "done" && (
          <p class="muted small">
            in {elapsedText(finishedAt.getTime() - createdAt.getTime())}
            {restored.length > 0 && ` · into ${restored.join(", ")}`}
          </p>
        )}
        {failure !== null && <p class="field-error">{failure}</p>}
      </div>
    </div>
  );
}

function RestoreBadge({ status }: Pick<Restore, "status">) {
  switch (status) {
    case "queued":
      return <Badge tone="wait" icon="clock" text="Waiting" />;
    case "running":
      return <Badge tone="busy" icon="spinner" text="Restoring" />;
    case "done":
      return <Badge tone="good" icon="check" text="Restored" />;
    case "failed":
      return <Badge tone="bad" icon="cross" text="Failed" />;
  }
}
