import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { triggerText } from "../../server/rules/wording/trigger-text.ts";
import { headline, Sha } from "../deployment/version.tsx";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { DeploymentBadge } from "../ui/badge.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Elapsed, RelativeTime } from "../ui/time.tsx";

export interface QueueProps {
  readonly running: readonly RunningRow[];
  /** In the order in which they will start. */
  readonly waiting: readonly WaitingRow[];
  readonly building: number;
  readonly maxBuilding: number;
}

interface QueueRow {
  readonly deployment: Deployment;
  readonly name: string;
  readonly repository: string | null;
  /** For a redeploy, the number of the deployment whose version it uses. */
  readonly source: number | null;
  /** Whether it can be cancelled, by whoever reads this. */
  readonly canCancel: boolean;
}

export interface RunningRow extends QueueRow {
  readonly text: string;
  readonly percent: number | null;
  readonly since: Date;
}

export interface WaitingRow extends QueueRow {
  readonly position: number;
  /** Completes the sentence that begins with "waits for". */
  readonly waitingFor: string;
}

export function QueuePage(props: {
  readonly frame: PageFrame;
  readonly queue: QueueProps;
  readonly stream: LiveStream;
}) {
  const { frame, queue, stream } = props;
  return (
    <Layout frame={frame} hasStream>
      <h1>Queue</h1>
      <LiveRegion stream={stream}>
        <Queue queue={queue} now={frame.now} csrf={frame.csrf} />
      </LiveRegion>
    </Layout>
  );
}

export const queueId = "queue";

export function Queue(props: { readonly queue: QueueProps; readonly now: Date; readonly csrf: string | null }) {
  const { queue, now, csrf } = props;
  const { running, waiting, building, maxBuilding } = queue;
  return (
    <div id={queueId} class="stack" data-mood={running.length > 0 ? "busy" : "idle"}>
      <section class="card flush" aria-labelledby="running-title">
        <h2 id="running-title">
          Under way <span class="muted">{`${building} of ${counted(maxBuilding, "build slot")} in use`}</span>
        </h2>
        {running.length === 0 && <p class="empty muted">Nothing is being built or deployed.</p>}
        <ol class="queue">
          {running.map((row) => (
            <li class="queue-row">
              <div class="queue-what">
                <DeploymentBadge status={row.deployment.status} />
                <What row={row} />
              </div>
              <p class="queue-state">
                {row.text} <Elapsed since={row.since} now={now} />
                {row.percent !== null && (
                  <progress value={row.percent} max={100} aria-label={`Progress of ${row.name}`}></progress>
                )}
              </p>
              <Cancel row={row} csrf={csrf} />
            </li>
          ))}
        </ol>
      </section>
      <section class="card flush" aria-labelledby="waiting-title">
        <h2 id="waiting-title">Waiting</h2>
        {waiting.length === 0 && <p class="empty muted">The queue is empty. A push starts at once.</p>}
        <ol class="queue">
          {waiting.map((row) => (
            <li class="queue-row">
              <div class="queue-what">
                <span class="place">{row.position}</span>
                <What row={row} />
              </div>
              <p class="queue-state">
                <span>waiting for {row.waitingFor}</span>
                <RelativeTime at={row.deployment.createdAt} now={now} />
              </p>
              <Cancel row={row} csrf={csrf} />
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function What({ row }: { readonly row: QueueRow }) {
  const { deployment, name, repository } = row;
  return (
    <div>
      <a class="headline" href={routes.deployment(deployment.id)}>
        {headline(deployment)}
      </a>
      <p class="meta">
        <span>{name}</span>
        {deployment.commit && <Sha commit={deployment.commit} repository={repository} />}
        {deployment.commit && <span>{deployment.commit.author}</span>}
        <span>{triggerText(deployment, row.source)}</span>
      </p>
    </div>
  );
}

function Cancel({ row, csrf }: { readonly row: QueueRow; readonly csrf: string | null }) {
  if (!row.canCancel) return null;
  return (
    <form method="post" action={routes.deploymentCancel(row.deployment.id)}>
      <CsrfField token={csrf} />
      <button class="button small" type="submit">
        Cancel<span class="visually-hidden"> {row.name}</span>
      </button>
    </form>
  );
}
