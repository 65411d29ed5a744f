import { routes } from "../server/routes.ts";
import { RunBadge, type RunState } from "./badge.tsx";
import { type DeploymentRow, DeploymentRows } from "./deployment-row.tsx";
import type { Frame, LiveStream } from "./frame.ts";
import { type Activity, ActivityLine, Address, type LiveVersion, VersionLine } from "./home-page.tsx";
import { Layout } from "./layout.tsx";
import { LiveRegion } from "./live-region.tsx";
import { PushLines } from "./push-lines.tsx";
import { VariablesCard } from "./variables-card.tsx";
import { headline } from "./version.tsx";

export interface ProductProps {
  readonly slug: string;
  readonly environment: string;
  readonly branch: string | null;
  readonly gitUrl: string;
  readonly state: RunState;
  readonly urls: readonly string[];
  readonly services: readonly { readonly name: string; readonly kind: string; readonly state: RunState }[];
  readonly live: LiveVersion | null;
  readonly activity: Activity | null;
  /** What "Redeploy" makes live again: the live version, or the last that was ready; null: there is none. */
  readonly redeployId: number | null;
  readonly rows: readonly DeploymentRow[];
  readonly hasMore: boolean;
}

export function ProductPage(props: {
  readonly frame: Frame;
  readonly product: ProductProps;
  readonly variables: readonly string[];
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, product, variables, notice, stream } = props;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a>
      </p>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      <LiveRegion stream={stream}>
        <ProductState product={product} now={frame.now} />
      </LiveRegion>
      <VariablesCard slug={product.slug} variables={variables} csrf={frame.csrf} />
      <section class="card">
        <h2>Push</h2>
        <p class="muted">
          {product.branch === null
            ? "The first push to main or master decides which of them is deployed from then on."
            : `Pushes to ${product.branch} are deployed; other branches are only stored.`}
        </p>
        <PushLines gitUrl={product.gitUrl} branch={product.branch ?? "main"} />
      </section>
    </Layout>
  );
}

export const productStateId = "product-state";

export function ProductState({ product, now }: { readonly product: ProductProps; readonly now: Date }) {
  return (
    <div id={productStateId} class="stack">
      <header class="page-head">
        <div>
          <h1>{product.slug}</h1>
          <p class="meta">
            <RunBadge state={product.state} />
            {product.urls.map((url) => (
              <Address url={url} />
            ))}
          </p>
        </div>
        <Actions product={product} />
      </header>
      {product.activity && <ActivityLine activity={product.activity} />}
      <LiveCard product={product} now={now} />
      <section class="card flush">
        <h2>Deployments</h2>
        {product.rows.length === 0 ? (
          <p class="empty muted">Nothing was deployed yet: push something.</p>
        ) : (
          <DeploymentRows rows={product.rows} now={now} />
        )}
        {product.hasMore && (
          <p class="card-foot">
            <a href={`${routes.deployments()}?product=${product.slug}`}>All deployments of {product.slug}</a>
          </p>
        )}
      </section>
    </div>
  );
}

function Actions({ product }: { readonly product: ProductProps }) {
  const { redeployId, live, slug } = product;
  return (
    <div class="actions">
      {redeployId !== null && (
        <a class="button primary" href={routes.deploymentRedeploy(redeployId)}>
          {live ? "Redeploy" : "Start again"}
        </a>
      )}
      {live && (
        <a class="button" href={routes.productStop(slug)}>
          Stop
        </a>
      )}
    </div>
  );
}

function LiveCard({ product, now }: { readonly product: ProductProps; readonly now: Date }) {
  const { live, services } = product;
  if (!live) return null;
  return (
    <section class="card live-card">
      <h2 class="eyebrow">Live</h2>
      <a class="headline big" href={routes.deployment(live.deployment.id)}>
        {headline(live.deployment)}
      </a>
      <VersionLine live={live} now={now} />
      {services.length > 1 && (
        <ul class="services">
          {services.map((service) => (
            <li>
              <span>
                {service.name} <span class="muted">{service.kind}</span>
              </span>
              <RunBadge state={service.state} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
