import type { Deployment } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { stopText } from "../../server/rules/wording/stop-text.ts";
import { triggerText } from "../../server/rules/wording/trigger-text.ts";
import type { LiveStream, Mood, PageFrame, Reader } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { offers } from "../frame/offers.ts";
import { type StackOverview, StackSplit } from "../product/stack-split.tsx";
import { capital } from "../text/capital.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { Address } from "../ui/address.tsx";
import { DeploymentBadge, LiveMark } from "../ui/badge.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";
import { LogPanel, type LogPanelProps } from "../ui/output/log.tsx";
import { Steps, type StepView } from "../ui/steps.tsx";
import { Elapsed, RelativeTime } from "../ui/time.tsx";
import { ChecksTimeline, type TimelineView } from "./checks-timeline.tsx";
import { type Meanwhile, MeanwhileLine, PostMortem, type SinceGood } from "./post-mortem.tsx";
import { headline, Sha } from "./version.tsx";

export interface DeploymentView {
  readonly slug: string;
  readonly repository: string | null;
  readonly environment: string;
  readonly deployment: Deployment;
  /** For a redeploy, the number of the deployment whose version it uses. */
  readonly source: number | null;
  readonly live: boolean;
  readonly mood: Mood;
  readonly steps: readonly StepView[];
  /** A sentence about what is happening; null when the deployment is over. */
  readonly sentence: string | null;
  /** "live after 2.0 s" or "took 13 s"; null if it is too early to tell. */
  readonly timing: string | null;
  /** Null when there are no stacks to choose between. */
  readonly overview: StackOverview | null;
  readonly timeline: TimelineView | null;
  readonly urls: readonly string[];
  /** "3 requests left" on the replaced version; null if nothing is draining. */
  readonly draining: string | null;
  /** What was done with the data before the migration, as sentences; none when that was not asked. */
  readonly dataBackup: readonly string[];
  /** What serves instead when the deployment failed or was stopped. */
  readonly meanwhile: Meanwhile;
  /** "Users saw #2 for 5.3 s; then traffic moved back to #1", for a deployment that failed after the cut-over. */
  readonly served: string | null;
  /** The index of the output line that says why it failed. */
  readonly errorAt: number | null;
  /** The missing variable that made it fail. */
  readonly missedVariable: string | null;
  readonly sinceGood: SinceGood | null;
  readonly canCancel: boolean;
  readonly canRetry: boolean;
  /** Whether lists still highlight the failure, so that somebody can dismiss it. */
  readonly canDismiss: boolean;
  readonly canRedeploy: boolean;
}

export function DeploymentPage(props: {
  readonly frame: PageFrame;
  readonly view: DeploymentView;
  readonly stream: LiveStream | null;
  readonly log: Omit<LogPanelProps, "empty">;
}) {
  const { frame, view, stream, log } = props;
  const { deployment, slug, environment } = view;
  const product = inEnvironment(routes.product(slug), { environment });
  return (
    <Layout frame={frame} hasStream={stream !== null}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a>
        <a href={product}>{environment === "production" ? slug : `${slug} in ${environment}`}</a>
        <span aria-current="page">#{deployment.number}</span>
      </p>
      <LiveRegion stream={stream}>
        <DeploymentSummary view={view} now={frame.now} reader={frame} />
        <Steps steps={view.steps} />
        <Announcement view={view} />
        <DeploymentOutcome view={view} now={frame.now} reader={frame} />
        <LogPanel {...log} empty="Nothing has happened yet." />
      </LiveRegion>
    </Layout>
  );
}

export const summaryId = "summary";

export function DeploymentSummary(props: {
  readonly view: DeploymentView;
  readonly now: Date;
  readonly reader: Reader;
}) {
  const { view, now, reader } = props;
  const { deployment, timing } = view;
  return (
    <header id={summaryId} class="page-head" data-mood={view.mood}>
      <div>
        <p class="badges">
          <DeploymentBadge status={deployment.status} />
          {view.live && <LiveMark />}
          <span class="timing">{timing ?? <Elapsed since={deployment.createdAt} now={now} />}</span>
        </p>
        <h1 class="headline">{headline(deployment)}</h1>
        <p class="meta">
          {deployment.commit && <Sha commit={deployment.commit} repository={view.repository} />}
          {deployment.commit && <span>{deployment.commit.author}</span>}
          <span>{triggerText(deployment, view.source)}</span>
          <RelativeTime at={deployment.createdAt} now={now} />
        </p>
      </div>
      <div class="actions">
        {view.canCancel && offers(reader, routes.deploymentCancel.post) && (
          <form method="post" action={routes.deploymentCancel(deployment.id)}>
            <CsrfField token={reader.csrf} />
            <button class="button" type="submit">
              Cancel
            </button>
          </form>
        )}
        {view.canRedeploy && offers(reader, routes.deploymentRedeploy.get) && (
          <a class="button" href={routes.deploymentRedeploy(deployment.id)}>
            Redeploy #{deployment.number}
          </a>
        )}
      </div>
    </header>
  );
}

export const announcementId = "announcement";

/** The text that screen readers announce: each step and the result. Reading out every log line would be too much. */
export function Announcement({ view }: { readonly view: DeploymentView }) {
  return (
    <p id={announcementId} class="visually-hidden" role="status">
      {announcement(view)}
    </p>
  );
}

function announcement({ deployment, slug, steps }: DeploymentView): string {
  const name = `${slug} #${deployment.number}`;
  switch (deployment.status) {
    case "queued":
      return `${name} is queued`;
    case "building":
    case "deploying":
      return `${name}: ${steps.find(({ state }) => state === "current")?.name ?? "under way"}`;
    case "ready":
      return `${name} is ready`;
    case "failed":
      return `${name} failed: ${deployment.failure.message}`;
    case "stopped":
      return `${name}: ${stopText(deployment)}`;
  }
}

export const outcomeId = "outcome";

/** Shows what is happening, or how the deployment ended. */
export function DeploymentOutcome(props: {
  readonly view: DeploymentView;
  readonly now: Date;
  readonly reader: Reader;
}) {
  const { view, now, reader } = props;
  const { deployment, sentence, overview, timeline } = view;
  return (
    <div id={outcomeId} class="outcome">
      {deployment.status === "ready" && <Success view={view} />}
      {deployment.status === "failed" && (
        <PostMortem
          failure={deployment.failure}
          served={view.served}
          errorAt={view.errorAt}
          missed={
            view.missedVariable === null || !offers(reader, routes.productVariables.post)
              ? null
              : { name: view.missedVariable, url: inEnvironment(routes.productVariables(view.slug), view) }
          }
          meanwhile={view.meanwhile}
          sinceGood={view.sinceGood}
          repository={view.repository}
          deploymentId={deployment.id}
          csrf={reader.csrf}
          canDismiss={view.canDismiss && offers(reader, routes.deploymentDismiss.post)}
          canRetry={view.canRetry && offers(reader, routes.deploymentRetry.post)}
          now={now}
        />
      )}
      {deployment.status === "stopped" && (
        <div class="verdict tone-off">
          <Icon name="square" />
          <span>{capital(stopText(deployment))}.</span>
          <MeanwhileLine meanwhile={view.meanwhile} now={now} />
        </div>
      )}
      {view.dataBackup.length > 0 && (
        <p class="data-backup muted">
          {view.dataBackup.map((text) => `${text}. `)}
          <a href={inEnvironment(routes.productBackups(view.slug), view)}>Backups</a>
        </p>
      )}
      {sentence !== null && <p class="sentence">{sentence}</p>}
      {overview && <StackSplit overview={overview} path={routes.deployment(deployment.id)} />}
      {timeline && <ChecksTimeline timeline={timeline} now={now} />}
    </div>
  );
}

/** Shows where the new version can be seen and what to do next. */
function Success({ view }: { readonly view: DeploymentView }) {
  const { slug, environment, live, urls, overview, draining } = view;
  const place = { environment };
  return (
    <div class={`verdict ${live ? "tone-good" : "tone-off"}`}>
      <Icon name="check" />
      {live && overview && <span>All {overview.stacks.length} stacks are running.</span>}
      {live ? (
        <span>{urls.length > 0 ? "Live at" : "Live"}</span>
      ) : (
        <span>Was live. {capital(view.meanwhile.text)}.</span>
      )}
      {live && urls.map((url) => <Address url={url} />)}
      {draining && (
        <span class="draining" role="status">
          {draining}
        </span>
      )}
      <span class="verdict-links">
        <a href={inEnvironment(routes.product(slug), place)}>Go to {slug}</a>
        <a href={inEnvironment(routes.productDeployments(slug), place)}>All deployments</a>
      </span>
    </div>
  );
}
