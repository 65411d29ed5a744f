import { routes } from "../../server/routes.ts";
import {
  type ProductFilter,
  type ProductQuery,
  type ProductSelection,
  type ProductView,
  productFilters,
  productQueryParams,
} from "../../server/rules/products/product-list.ts";
import { headline } from "../deployment/version.tsx";
import type { Mood } from "../frame/frame.ts";
import { type Activity, ActivityLine } from "../system/activity-line.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { Address } from "../ui/address.tsx";
import { type RunState, StateBadge } from "../ui/badge.tsx";
import { Icon } from "../ui/icon.tsx";
import { Sentence } from "../ui/sentence.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { type LiveVersion, VersionLine } from "./live-version.tsx";

export interface ProductCard {
  readonly slug: string;
  readonly repository: string | null;
  /** Ordered with `production` first. */
  readonly installations: readonly InstallationCard[];
}

export interface InstallationCard {
  readonly environment: string;
  readonly state: RunState;
  /** "web keeps crashing"; null if no service does. */
  readonly trouble: string | null;
  readonly url: string | null;
  readonly live: LiveVersion | null;
  readonly activity: Activity | null;
  readonly deployedAt: Date | null;
}

/** The query, and what it found. */
export interface ProductListProps extends ProductSelection<ProductCard> {
  readonly query: ProductQuery;
  /** Whether to show the search and filters: there is enough to choose from, or a filter is set. */
  readonly hasTools: boolean;
  /** The mood of all products, whether the query finds them or not. */
  readonly mood: Mood;
}

export const productListId = "products";

export function ProductList({ list, now }: { readonly list: ProductListProps; readonly now: Date }) {
  const { query, shown, view, mood, hasTools } = list;
  return (
    <div id={productListId} class="stack" data-mood={mood}>
      {hasTools && (
        <div class="toolbar">
          <Filters list={list} />
          <Views query={query} view={view} />
        </div>
      )}
      {shown.length === 0 && <NothingFound query={query} />}
      {shown.length > 0 && view === "cards" && (
        <ul class="products">
          {shown.map((card) => (
            <li class="card product-card" id={`product-${card.slug}`}>
              {card.installations.length === 0 && <Nowhere slug={card.slug} />}
              {card.installations.map((installation) => (
                <Installed card={card} installation={installation} now={now} />
              ))}
            </li>
          ))}
        </ul>
      )}
      {shown.length > 0 && view === "dense" && (
        <ul class="card flush products-dense">
          {shown.map((card) => (
            <li id={`product-${card.slug}`}>
              {card.installations.length === 0 && (
                <div class="product-line">
                  <p class="line-name">
                    <a href={routes.product(card.slug)}>{card.slug}</a>
                  </p>
                  <p class="line-version muted">In no environment</p>
                </div>
              )}
              {card.installations.map((installation) => (
                <ProductLine card={card} installation={installation} now={now} />
              ))}
            </li>
          ))}
        </ul>
      )}
      <Pager list={list} />
    </div>
  );
}

/** Leads to the next page, and from there back to the first, as what needs attention comes first. */
function Pager({ list: { query, next } }: { readonly list: ProductListProps }) {
  if (next === null && query.after === null) return null;
  return (
    <nav class="more" aria-label="Pages">
      {query.after !== null && (
        <a class="button" href={listUrl(query, {})}>
          First page
        </a>
      )}
      {next !== null && (
        <a class="button" href={listUrl(query, { after: next })}>
          More products
        </a>
      )}
    </nav>
  );
}

/** Builds the address of the same list with some of its parameters changed. Without a page, it begins at the first. */
function listUrl(query: ProductQuery, change: Partial<ProductQuery>): string {
  const params = new URLSearchParams(productQueryParams({ ...query, after: null, ...change }));
  return params.size === 0 ? routes.home() : `${routes.home()}?${params}`;
}

const filterNames: Readonly<Record<ProductFilter, string>> = {
  all: "All",
  attention: "Needs attention",
  running: "Running",
  stopped: "Stopped",
  empty: "Nothing deployed",
};

function Filters({ list: { query, counts } }: { readonly list: ProductListProps }) {
  return (
    <nav class="filters" aria-label="State">
      {productFilters.map((filter) => (
        <a href={listUrl(query, { state: filter })} aria-current={filter === query.state ? "true" : undefined}>
          {filterNames[filter]} <span class="count">{counts[filter]}</span>
        </a>
      ))}
    </nav>
  );
}

const viewNames: Readonly<Record<ProductView, string>> = { cards: "Cards", dense: "Compact" };

function Views({ query, view }: { readonly query: ProductQuery; readonly view: ProductView }) {
  return (
    <nav class="filters" aria-label="View">
      {(["cards", "dense"] as const).map((each) => (
        <a href={listUrl(query, { view: each })} aria-current={each === view ? "true" : undefined}>
          {viewNames[each]}
        </a>
      ))}
    </nav>
  );
}

function NothingFound({ query }: { readonly query: ProductQuery }) {
  return (
    <div class="card empty">
      <p>{nothingText(query)}</p>
      <p>
        <a class="button" href={listUrl(query, { q: "", state: "all" })}>
          Show all products
        </a>
      </p>
    </div>
  );
}

function nothingText({ q, state }: ProductQuery): string {
  const what = {
    all: "No product",
    attention: "No product that needs attention",
    running: "No running product",
    stopped: "No stopped product",
    empty: "No product with nothing deployed",
  }[state];
  if (q !== "") return `${what} has a name that contains “${q}”.`;
  switch (state) {
    case "all":
      return "There are no products.";
    case "attention":
      return "No product needs attention.";
    case "running":
      return "No product is running.";
    case "stopped":
      return "No product is stopped.";
    case "empty":
      return "Every product has something deployed.";
  }
}

function Nowhere({ slug }: { readonly slug: string }) {
  return (
    <div class="product">
      <div class="product-name">
        <h2>
          <a href={routes.product(slug)}>{slug}</a>
        </h2>
      </div>
      <p class="meta">In no environment</p>
    </div>
  );
}

interface InstalledProps {
  readonly card: ProductCard;
  readonly installation: InstallationCard;
  readonly now: Date;
}

function Installed({ card, installation, now }: InstalledProps) {
  const { environment, state, trouble, url, live, activity } = installation;
  const isFirst = installation === card.installations[0];
  return (
    <div class="product">
      <div class="product-name">
        {isFirst && (
          <h2>
            <a href={inEnvironment(routes.product(card.slug), installation)}>{card.slug}</a>
          </h2>
        )}
        {card.installations.length > 1 && (
          <a class="environment" href={inEnvironment(routes.product(card.slug), installation)}>
            {environment}
          </a>
        )}
        {url && <Address url={url} />}
      </div>
      <div class="product-version">
        {live ? (
          <>
            <a class="headline" href={routes.deployment(live.deployment.id)}>
              {headline(live.deployment)}
            </a>
            <VersionLine live={live} repository={card.repository} now={now} />
          </>
        ) : (
          <p class="meta">No version is live</p>
        )}
      </div>
      <StateBadge state={state} isFailing={activity?.tone === "bad"} />
      {trouble !== null && (
        <a class="activity tone-bad" href={inEnvironment(routes.product(card.slug), installation)}>
          <Icon name="warning" />
          <span class="activity-text">
            <Sentence text={trouble} />
          </span>
        </a>
      )}
      {activity && <ActivityLine activity={activity} />}
    </div>
  );
}

/** A product on one line. It shows only that something is happening; the link leads to more. */
function ProductLine({ card, installation, now }: InstalledProps) {
  const { environment, state, url, live, activity } = installation;
  const isFirst = installation === card.installations[0];
  /** A failed product with nothing live has room on the line for the reason. */
  const isFailure = live === null && activity?.tone === "bad";
  const path = inEnvironment(routes.product(card.slug), installation);
  return (
    <div class="product-line">
      <p class="line-name">
        <a class={isFirst ? undefined : "muted"} href={path}>
          {isFirst ? card.slug : <span class="visually-hidden">{card.slug}</span>}
          {card.installations.length > 1 && <span class="environment"> {environment}</span>}
        </a>
      </p>
      <p class="line-state" title={installation.trouble ?? undefined}>
        <StateBadge state={state} isFailing={activity?.tone === "bad"} />
        {activity && !isFailure && <ActivityMark activity={activity} />}
      </p>
      {live ? (
        <p class="line-version">
          <span class="muted">#{live.deployment.number}</span>{" "}
          <a href={routes.deployment(live.deployment.id)}>{headline(live.deployment)}</a>
        </p>
      ) : isFailure ? (
        <p class="line-cause tone-bad" title={activity.text}>
          <a href={routes.deployment(activity.deployment.id)}>
            #{activity.deployment.number} <Sentence text={activity.text} />
          </a>
        </p>
      ) : (
        <p class="line-version muted">No version is live</p>
      )}
      {!isFailure && <p class="line-when muted">{live?.since && <RelativeTime at={live.since} now={now} />}</p>}
      {!isFailure && <p class="line-address">{url && <Address url={url} />}</p>}
    </div>
  );
}

function ActivityMark({ activity: { deployment, tone, text, percent } }: { readonly activity: Activity }) {
  const word = { wait: "queued", busy: percent === null ? "deploying" : `${percent} %`, bad: "failed" }[tone];
  return (
    <a class={`activity-mark tone-${tone}`} href={routes.deployment(deployment.id)} title={text}>
      #{deployment.number} {word}
    </a>
  );
}
