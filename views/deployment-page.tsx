import type { Deployment } from "../server/model/deployment.ts";
import type { StackProgress } from "../server/model/event.ts";
import { routes } from "../server/routes.ts";
import { DeploymentBadge, LiveMark } from "./badge.tsx";
import { capital } from "./capital.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame, LiveStream, Mood } from "./frame.ts";
import { Address } from "./home-page.tsx";
import { Icon } from "./icon.tsx";
import { Layout } from "./layout.tsx";
import { LiveRegion } from "./live-region.tsx";
import { type LogBlock, LogPanel } from "./log.tsx";
import { PostMortem } from "./post-mortem.tsx";
import { Steps, type StepView } from "./steps.tsx";
import { Elapsed, RelativeTime } from "./time.tsx";
import { headline, Sha, triggerText } from "./version.tsx";

export interface DeploymentView {
  readonly slug: string;
  readonly deployment: Deployment;
  readonly live: boolean;
  readonly mood: Mood;
  readonly steps: readonly StepView[];
  /** What is going on, in a sentence; null when it is over. */
  readonly sentence: string | null;
  readonly took: string | null;
  readonly stacks: readonly StackProgress[];
  readonly urls: readonly string[];
  /** "3 requests left" on the version that it replaced; null: nothing to tell. */
  readonly draining: string | null;
  /** What serves instead, for one that failed or was stopped. */
  readonly meanwhile: string;
  readonly canCancel: boolean;
  readonly canRedeploy: boolean;
}

export function DeploymentPage(props: {
  readonly frame: Frame;
  readonly view: DeploymentView;
  readonly stream: LiveStream | null;
  readonly log: readonly LogBlock[];
  readonly omitted: number;
}) {
  const { frame, view, stream, log, omitted } = props;
  const { deployment, slug } = view;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a>
        <a href={routes.product(slug)}>{slug}</a>
        <span aria-current="page">#{deployment.number}</span>
      </p>
      <LiveRegion stream={stream}>
        <DeploymentSummary view={view} now={frame.now} csrf={frame.csrf} />
        <Steps steps={view.steps} />
        <DeploymentOutcome view={view} />
        <LogPanel blocks={log} omitted={omitted} wholeLogUrl={routes.api.deploymentLog(deployment.id)} />
      </LiveRegion>
    </Layout>
  );
}

export const summaryId = "summary";

export function DeploymentSummary(props: {
  readonly view: DeploymentView;
  readonly now: Date;
  readonly csrf: string | null;
}) {
  const { view, now, csrf } = props;
  const { deployment, took } = view;
  return (
    <header id={summaryId} class="page-head" data-mood={view.mood}>
      <div>
        <p class="badges">
          <DeploymentBadge status={deployment.status} />
          {view.live && <LiveMark />}
          <span class="timing">{took ? `took ${took}` : <Elapsed since={deployment.createdAt} now={now} />}</span>
        </p>
        <h1 class="headline">{headline(deployment)}</h1>
        <p class="meta">
          {deployment.commit && <Sha commit={deployment.commit} />}
          {deployment.commit && <span>{deployment.commit.author}</span>}
          <span>{triggerText(deployment)}</span>
          <RelativeTime at={deployment.createdAt} now={now} />
        </p>
      </div>
      <div class="actions">
        {view.canCancel && (
          <form method="post" action={routes.deploymentCancel(deployment.id)}>
            <CsrfField token={csrf} />
            <button class="button" type="submit">
              Cancel
            </button>
          </form>
        )}
        {view.canRedeploy && (
          <a class="button" href={routes.deploymentRedeploy(deployment.id)}>
            {view.live ? "Redeploy" : "Make live again"}
          </a>
        )}
      </div>
    </header>
  );
}

export const outcomeId = "outcome";

/** What is going on, or how it ended. */
export function DeploymentOutcome({ view }: { readonly view: DeploymentView }) {
  const { deployment, sentence, draining } = view;
  return (
    <div id={outcomeId} class="outcome">
      {sentence !== null && (
        <p class="sentence" role="status">
          {sentence}
        </p>
      )}
      {view.stacks.length > 1 && <Stacks stacks={view.stacks} />}
      {deployment.status === "failed" && <PostMortem failure={deployment.failure} meanwhile={view.meanwhile} />}
      {deployment.status === "stopped" && (
        <p class="verdict tone-off">
          <Icon name="square" />
          <span>
            {capital(deployment.reason)}. {view.meanwhile}
          </span>
        </p>
      )}
      {view.live && (
        <p class="verdict tone-good">
          <Icon name="check" />
          <span>Live at</span>
          {view.urls.map((url) => (
            <Address url={url} />
          ))}
          {draining && <span class="draining">{draining}</span>}
        </p>
      )}
    </div>
  );
}

function Stacks({ stacks }: { readonly stacks: readonly StackProgress[] }) {
  return (
    <ul class="stacks">
      {stacks.map((stack) => (
        <li>
          <span class="stack-name">{stack.name}</span>
          <span class="muted">{stack.phase ?? stack.status}</span>
          <progress value={stack.percent} max={100} aria-label={`Progress of ${stack.name}`}></progress>
        </li>
      ))}
    </ul>
  );
}
