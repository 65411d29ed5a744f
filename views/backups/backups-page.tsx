import { routes } from "../../server/routes.ts";
import { factsText } from "../../server/rules/backup/loss.ts";
import { elapsedText } from "../../server/rules/wording/duration-text.ts";
import type { LiveStream, PageFrame, Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { ProductFrame, type ProductHeadProps } from "../product/product-frame.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { BackupHistory } from "./backup-history.tsx";
import { BackupPlanCard } from "./backup-plan-card.tsx";
import type { BackupsProps, SourceView } from "./backups-props.ts";

export const backupListId = "backup-list";

export function BackupsPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly backups: BackupsProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, backups, notice, stream } = props;
  return (
    <ProductFrame frame={frame} head={head} tab="backups" notice={notice} stream={stream}>
      <BackupList head={head} backups={backups} reader={frame} now={frame.now} />
      {backups.sources.length > 0 && offers(frame, routes.productBackupPlan.post) && (
        <BackupPlanCard head={head} backups={backups} csrf={frame.csrf} />
      )}
      <p class="muted small">
        Backups are kept on {backups.placeText}
        {backups.isSameDisk && ", and are lost with its disk"}.{" "}
        {offers(frame, routes.backupPlace.get) && (
          <>
            <a href={routes.backupPlace()}>Choose another place</a>.{" "}
          </>
        )}
        <a href={routes.document("backups")}>How backups work</a>
      </p>
    </ProductFrame>
  );
}

/** What there is to back up, and what has been. The page's stream replaces it. */
export function BackupList(props: {
  readonly head: Pick<ProductHeadProps, "slug" | "environment">;
  readonly backups: Omit<BackupsProps, "refused">;
  readonly reader: Reader;
  readonly now: Date;
}) {
  const { head, backups, reader, now } = props;
  return (
    <div id={backupListId} class="backup-list">
      <Sources head={head} backups={backups} reader={reader} now={now} />
      <BackupHistory head={head} backups={backups} reader={reader} now={now} />
    </div>
  );
}

function Sources({ head, backups, reader, now }: Parameters<typeof BackupList>[0]) {
  const { sources, isLive } = backups;
  if (sources.length === 0) {
    return (
      <section class="card empty">
        <h2>{isLive ? "Nothing to back up" : "Nothing is live"}</h2>
        <p class="muted">
          {isLive
            ? "The live version has no database and no volume. Its versions and variables are part of Baton’s own backup."
            : "The live version says what there is to back up. Deploy one first; earlier backups stay below."}
        </p>
      </section>
    );
  }
  return (
    <section class="card flush" aria-labelledby="sources-title">
      <header class="card-head">
        <h2 id="sources-title">Data</h2>
        {sources.length > 1 && <BackUpButton head={head} reader={reader} service={null} />}
      </header>
      {sources.map((source) => (
        <div class="backup-source">
          <div>
            <strong>{source.service}</strong> <span class="muted">{source.what}</span>
            {source.method === "volume" && (
              <p class="muted small">
                Its containers are frozen while the files are read
                {source.lastDone && `: ${frozenText(source.lastDone.frozenMs)} the last time`}. Requests wait meanwhile.
              </p>
            )}
            <DrillResult source={source} now={now} />
          </div>
          <p class="backup-last">
            {source.lastDone ? (
              <>
                backed up <RelativeTime at={source.lastDone.createdAt} now={now} />
              </>
            ) : (
              <span class="tone-warn">never backed up</span>
            )}
          </p>
          <div class="backup-actions">
            <BackUpButton
              head={head}
              reader={reader}
              service={source.service}
              isBusy={source.newest !== null && source.newest.finishedAt === null}
            />
            <TryRestoreButton head={head} reader={reader} source={source} />
          </div>
        </div>
      ))}
    </section>
  );
}

/** Whether the newest backups can be restored, as the last drill showed. */
function DrillResult({ source: { drill, lastDone }, now }: { readonly source: SourceView; readonly now: Date }) {
  if (!drill) return lastDone && <p class="muted small">No restore has been tried yet.</p>;
  const { startedAt, finishedAt, failure, facts, isHealthy } = drill;
  if (!finishedAt)
    return <p class="muted small">{startedAt ? "A restore is being tried." : "A restore will be tried."}</p>;
  if (failure !== null) {
    return (
      <p class="field-error">
        A restore was tried <RelativeTime at={finishedAt} now={now} /> and failed: {failure}
      </p>
    );
  }
  const found = factsText(facts);
  return (
    <p class="muted small">
      Restored <RelativeTime at={finishedAt} now={now} />
      {startedAt && ` in ${elapsedText(finishedAt.getTime() - startedAt.getTime())}`}
      {found && `, ${found}`}
      {isHealthy && "; its health check succeeded"}
    </p>
  );
}

function TryRestoreButton(props: {
  readonly head: Pick<ProductHeadProps, "slug" | "environment">;
  readonly reader: Reader;
  readonly source: SourceView;
}) {
  const { head, reader, source } = props;
  if (!source.lastDone || !offers(reader, routes.productDrills.post)) return null;
  return (
    <form method="post" action={inEnvironment(routes.productDrills(head.slug), head)}>
      <CsrfField token={reader.csrf} />
      <input type="hidden" name="service" value={source.service} />
      <button class="button" type="submit" disabled={source.drill?.finishedAt === null}>
        Try a restore
        <span class="visually-hidden">: {source.service}</span>
      </button>
    </form>
  );
}

function frozenText(ms: number): string {
  return ms < 1000 ? "less than a second" : `${Math.round(ms / 1000)} s`;
}

function BackUpButton(props: {
  readonly head: Pick<ProductHeadProps, "slug" | "environment">;
  readonly reader: Reader;
  /** Null backs up everything. */
  readonly service: string | null;
  readonly isBusy?: boolean;
}) {
  const { head, reader, service, isBusy = false } = props;
  if (!offers(reader, routes.productBackups.post)) return null;
  return (
    <form method="post" action={inEnvironment(routes.productBackups(head.slug), head)}>
      <CsrfField token={reader.csrf} />
      {service !== null && <input type="hidden" name="service" value={service} />}
      <button class="button" type="submit" disabled={isBusy}>
        {service === null ? "Back up all now" : "Back up now"}
        {service !== null && <span class="visually-hidden">: {service}</span>}
      </button>
    </form>
  );
}
