import type { Child } from "hono/jsx";
import type { Endpoint } from "../../server/route.ts";
import { routes } from "../../server/routes.ts";
import type { LiveStream, Mood, PageFrame, Reader } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { offers } from "../frame/offers.ts";
import { type Activity, ActivityLine } from "../system/activity-line.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { Address } from "../ui/address.tsx";
import { type RunState, StateBadge } from "../ui/badge.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/outcome.tsx";
import { PendingChanges, type PendingView } from "./pending-changes.tsx";

export type ProductTab =
  | "overview"
  | "deployments"
  | "logs"
  | "variables"
  | "domains"
  | "backups"
  | "webhooks"
  | "settings";

/** What every tab of a product shows above its own content. */
export interface ProductHeadProps {
  readonly slug: string;
  readonly repository: string | null;
  readonly environment: string;
  /** The environments where it is installed. The switch is shown if there is more than one. */
  readonly environments: readonly string[];
  readonly state: RunState;
  readonly mood: Mood;
  readonly urls: readonly string[];
  readonly activity: Activity | null;
  /** Whether a version is live, so that it can be redeployed. */
  readonly isLive: boolean;
  /**
   * The deployment that "Start again" makes live: the last one that was ready. Null if there is none, or if a version
   * is live.
   */
  readonly startAgainId: number | null;
  /** Settings that are not live yet; null if all of them are. */
  readonly pending: PendingView | null;
}

export function ProductFrame(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly tab: ProductTab;
  readonly notice?: string | null;
  readonly stream: LiveStream | null;
  readonly children?: Child;
}) {
  const { frame, head, tab, notice = null, stream, children } = props;
  return (
    <Layout frame={frame} hasStream={stream !== null}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a>
        {tab === "overview" ? (
          <span aria-current="page">{head.slug}</span>
        ) : (
          <a href={inEnvironment(routes.product(head.slug), head)}>{head.slug}</a>
        )}
      </p>
      <LiveRegion stream={stream}>
        <ProductHead head={head} reader={frame} />
        <Tabs head={head} tab={tab} reader={frame} />
        <Notice text={notice} />
        {children}
      </LiveRegion>
    </Layout>
  );
}

export const productHeadId = "product-head";

export function ProductHead({ head, reader }: { readonly head: ProductHeadProps; readonly reader: Reader }) {
  const { slug, state, mood, urls, activity, isLive, startAgainId, pending } = head;
  return (
    <div id={productHeadId} class="product-head" data-mood={mood}>
      <header class="page-head">
        <div>
          <h1>{slug}</h1>
          <p class="meta">
            <StateBadge state={state} isFailing={activity?.tone === "bad"} />
            {urls.map((url) => (
              <Address url={url} />
            ))}
          </p>
        </div>
        <div class="actions">
          {isLive && urls[0] !== undefined && (
            <a class="button primary" href={urls[0]} rel="noreferrer">
              Visit
              <Icon name="arrow" />
            </a>
          )}
          {isLive && offers(reader, routes.productRedeploy.get) && (
            <a class="button" href={inEnvironment(routes.productRedeploy(slug), head)}>
              Redeploy
            </a>
          )}
          {startAgainId !== null && offers(reader, routes.deploymentRedeploy.get) && (
            <a class="button primary" href={`${routes.deploymentRedeploy(startAgainId)}?start=again`}>
              Start again
            </a>
          )}
          {isLive && offers(reader, routes.productStop.get) && (
            <a class="button" href={inEnvironment(routes.productStop(slug), head)}>
              Stop
            </a>
          )}
        </div>
      </header>
      {activity && <ActivityLine activity={activity} />}
      {pending && <PendingChanges place={head} reader={reader} pending={pending} />}
    </div>
  );
}

const tabs: readonly {
  readonly tab: ProductTab;
  readonly name: string;
  readonly url: ((slug: string) => string) & { readonly get: Endpoint };
}[] = [
  { tab: "overview", name: "Overview", url: routes.product },
  { tab: "deployments", name: "Deployments", url: routes.productDeployments },
  { tab: "logs", name: "Logs", url: routes.productLogs },
  { tab: "variables", name: "Variables", url: routes.productVariables },
  { tab: "domains", name: "Domains", url: routes.productDomains },
  { tab: "backups", name: "Backups", url: routes.productBackups },
  { tab: "webhooks", name: "Repository", url: routes.productWebhooks },
  { tab: "settings", name: "Settings", url: routes.productSettings },
];

function Tabs(props: { readonly head: ProductHeadProps; readonly tab: ProductTab; readonly reader: Reader }) {
  const { head, tab: current, reader } = props;
  const here = tabs.find(({ tab }) => tab === current) ?? tabs[0];
  return (
    <div class="tabs">
      <nav aria-label={`Parts of ${head.slug}`}>
        {tabs.map(
          ({ tab, name, url }, index) =>
            offers(reader, url.get) && (
              <a
                href={inEnvironment(url(head.slug), head)}
                aria-current={tab === current ? "page" : undefined}
                data-shortcut={String(index + 1)}
              >
                {name}
              </a>
            ),
        )}
      </nav>
      {head.environments.length > 1 && here && current !== "webhooks" && (
        <nav class="environments" aria-label="Environment">
          {head.environments.map((environment) => (
            <a
              href={inEnvironment(here.url(head.slug), { environment })}
              aria-current={environment === head.environment ? "true" : undefined}
            >
              {environment}
            </a>
          ))}
        </nav>
      )}
    </div>
  );
}
