import type { Commit } from "../../server/model/deployment/deployment.ts";
import { routes } from "../../server/routes.ts";
import { type DeploymentRowProps, DeploymentRows } from "../deployment/deployment-row.tsx";
import { headline, Sha } from "../deployment/version.tsx";
import type { LiveStream, PageFrame, Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { MovedRepository } from "../repository/moved-repository.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";
import { PushLines, TokenHint } from "../ui/push-lines.tsx";
import { type LiveVersion, VersionLine } from "./live-version.tsx";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";
import { ServiceTroubles, type TroubleView } from "./service-troubles.tsx";
import { type StackState, Stacks } from "./stacks.tsx";

export interface OverviewProps {
  readonly branch: string | null;
  /** The URL that it is fetched from; null if it is pushed to Baton. */
  readonly repository: string | null;
  /** The other repository that its webhook reports now; null if nothing suggests that it was renamed. */
  readonly movedTo: string | null;
  readonly gitUrl: string;
  /** The tip of the branch, if it was pushed and nothing is deployed yet. */
  readonly here: Commit | null;
  readonly live: LiveVersion | null;
  /** What is wrong with its services. */
  readonly troubles: readonly TroubleView[];
  readonly stacks: readonly StackState[];
  /** One sentence for each place where the live version keeps data outside named volumes. */
  readonly data: readonly { readonly text: string; readonly isWarning: boolean }[];
  readonly rows: readonly DeploymentRowProps[];
  readonly hasMore: boolean;
}

export function ProductPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly overview: OverviewProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, overview, notice, stream } = props;
  return (
    <ProductFrame frame={frame} head={head} tab="overview" notice={notice} stream={stream}>
      <ProductOverview overview={overview} head={head} reader={frame} now={frame.now} />
    </ProductFrame>
  );
}

export const productOverviewId = "product-overview";

export function ProductOverview(props: {
  readonly overview: OverviewProps;
  readonly head: ProductHeadProps;
  readonly reader: Reader;
  readonly now: Date;
}) {
  const { overview, head, reader, now } = props;
  const { live, troubles, stacks, data, rows, hasMore } = overview;
  if (rows.length === 0) return <FirstVersion overview={overview} head={head} reader={reader} />;
  return (
    <div id={productOverviewId} class="stack">
      <Moved overview={overview} head={head} reader={reader} />
      <ServiceTroubles troubles={troubles} head={head} reader={reader} canGoBack={rows.length > 1} />
      {live && (
        <section class="card live-card" aria-labelledby="live-title">
          <h2 class="eyebrow" id="live-title">
            Live
          </h2>
          <a class="headline big" href={routes.deployment(live.deployment.id)}>
            {headline(live.deployment)}
          </a>
          <VersionLine live={live} repository={head.repository} now={now} />
          <Stacks stacks={stacks} head={head} reader={reader} now={now} />
          <Data notes={data} />
        </section>
      )}
      <section class="card flush" aria-labelledby="recent-title">
        <h2 id="recent-title">Recent deployments</h2>
        <DeploymentRows rows={rows} now={now} />
        {hasMore && (
          <p class="card-foot">
            <a href={inEnvironment(routes.productDeployments(head.slug), head)}>All deployments of {head.slug}</a>
          </p>
        )}
      </section>
      <section class="card" aria-labelledby="push-title">
        <h2 id="push-title">Push</h2>
        <p class="muted">{pushText(overview)}</p>
        {overview.repository === null && offers(reader, routes.gitHttp.receivePack.post) && (
          <PushLines gitUrl={overview.gitUrl} branch={overview.branch ?? "main"} />
        )}
      </section>
    </div>
  );
}

interface PartProps {
  readonly overview: OverviewProps;
  readonly head: ProductHeadProps;
  readonly reader: Reader;
}

function Moved({ overview, head, reader }: PartProps) {
  const { movedTo, repository } = overview;
  if (movedTo === null || repository === null || !offers(reader, routes.productRepository.post)) return null;
  const settings = `${inEnvironment(routes.productWebhooks(head.slug), head)}#repository`;
  return <MovedRepository movedTo={movedTo} repository={repository} settings={settings} />;
}

/** Says how to get a first version into an empty product, and shows it as soon as it arrives. */
function FirstVersion({ overview, head, reader }: PartProps) {
  const mayPush = offers(reader, routes.gitHttp.receivePack.post);
  const { branch, here, repository, gitUrl } = overview;
  return (
    <div id={productOverviewId} class="stack">
      <Moved overview={overview} head={head} reader={reader} />
      {here !== null && branch !== null && offers(reader, routes.productDeploy.post) && (
        <section class="card empty" aria-labelledby="deploy-title">
          <h2 id="deploy-title">Deploy {branch}</h2>
          <p>
            {branch} has been pushed already: {here.message} <Sha commit={here} repository={repository} />
          </p>
          <form method="post" action={inEnvironment(routes.productDeploy(head.slug), head)}>
            <CsrfField token={reader.csrf} />
            <button class="button primary" type="submit">
              Deploy {branch}
            </button>
          </form>
        </section>
      )}
      <section class="card empty" aria-labelledby="push-title">
        {repository === null && !mayPush && (
          <>
            <h2 id="push-title">Nothing deployed yet</h2>
            <p>{pushText(overview)} That takes the role deployer for it.</p>
          </>
        )}
        {repository === null && mayPush && (
          <>
            <h2 id="push-title">{here === null ? "Push the first version" : "Or push a new version"}</h2>
            <p>
              In a folder with a Dockerfile, a Node app or an index.html, commit and push.{" "}
              <span class="with-script">This page updates as soon as you push.</span>
            </p>
            <PushLines gitUrl={gitUrl} branch={branch ?? "main"} />
            <p class="muted">
              <TokenHint reader={reader} /> {pushText(overview)}
            </p>
          </>
        )}
        {repository !== null && <NothingFetched overview={overview} head={head} reader={reader} />}
      </section>
    </div>
  );
}

function NothingFetched({ overview, head, reader }: PartProps) {
  const mayConnect = offers(reader, routes.productCheck.post);
  return (
    <>
      <h2 id="push-title">Nothing fetched yet</h2>
      <p>
        {pushText(overview)}
        {mayConnect && " Add the webhook, or check the repository now, on the Repository tab."}
      </p>
      {mayConnect && (
        <p>
          <a class="button primary" href={inEnvironment(routes.productWebhooks(head.slug), head)}>
            Open the Repository tab
          </a>
        </p>
      )}
    </>
  );
}

function pushText({ branch, repository }: OverviewProps): string {
  if (repository !== null) {
    return `Pushes to ${branch === null ? "the default branch" : branch} of ${repository} are deployed.`;
  }
  return branch === null
    ? "Whichever of main or master you push first becomes the deployed branch."
    : `Pushes to ${branch} are deployed; other branches are only stored.`;
}

function Data({ notes }: { readonly notes: OverviewProps["data"] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="data-notes" aria-label="Data">
      {notes.map(({ text, isWarning }) => (
        <li class={isWarning ? "tone-warn" : undefined}>
          {isWarning && <Icon name="warning" />}
          <span>{text}.</span>
        </li>
      ))}
    </ul>
  );
}
