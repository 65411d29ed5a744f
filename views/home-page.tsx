import type { Deployment } from "../server/model/deployment.ts";
import { routes } from "../server/routes.ts";
import { RunBadge, type RunState } from "./badge.tsx";
import type { Frame, LiveStream } from "./frame.ts";
import { Icon } from "./icon.tsx";
import { Layout } from "./layout.tsx";
import { LiveRegion } from "./live-region.tsx";
import { PushLines } from "./push-lines.tsx";
import { RelativeTime } from "./time.tsx";
import { headline, Sha } from "./version.tsx";

export interface ProductCard {
  readonly slug: string;
  readonly state: RunState;
  readonly url: string | null;
  readonly live: LiveVersion | null;
  readonly activity: Activity | null;
}

/** The version that serves, and since when. */
export interface LiveVersion {
  readonly deployment: Deployment;
  readonly since: Date | null;
}

/** What is happening to a product now, or what went wrong last. */
export interface Activity {
  readonly deployment: Deployment;
  readonly tone: "wait" | "busy" | "bad";
  readonly text: string;
  /** 0 to 100; null: not something that has a measure. */
  readonly percent: number | null;
}

export function HomePage(props: {
  readonly frame: Frame;
  readonly cards: readonly ProductCard[];
  readonly stream: LiveStream;
  readonly gitUrl: string;
}) {
  const { frame, cards, stream, gitUrl } = props;
  return (
    <Layout frame={frame}>
      <h1>Products</h1>
      <LiveRegion stream={stream}>
        <ProductList cards={cards} now={frame.now} gitUrl={gitUrl} />
      </LiveRegion>
    </Layout>
  );
}

export const productListId = "products";

export function ProductList(props: {
  readonly cards: readonly ProductCard[];
  readonly now: Date;
  readonly gitUrl: string;
}) {
  const { cards, now, gitUrl } = props;
  if (cards.length === 0) {
    return (
      <div id={productListId} class="card empty">
        <h2>Nothing here yet: push something</h2>
        <p>
          In a folder with a Dockerfile, a Node app or an <code>index.html</code>, commit and push. The first push makes
          the product, and ends with its address.
        </p>
        <PushLines gitUrl={gitUrl} branch="main" />
        <p class="muted">TOKEN is the token that you signed in with.</p>
      </div>
    );
  }
  return (
    <ul id={productListId} class="products">
      {cards.map((card) => (
        <li class="card product" id={`product-${card.slug}`}>
          <Card card={card} now={now} />
        </li>
      ))}
    </ul>
  );
}

function Card({ card, now }: { readonly card: ProductCard; readonly now: Date }) {
  return (
    <>
      <div class="product-name">
        <h2>
          <a href={routes.product(card.slug)}>{card.slug}</a>
        </h2>
        {card.url && <Address url={card.url} />}
      </div>
      <div class="product-version">
        {card.live ? (
          <>
            <a class="headline" href={routes.deployment(card.live.deployment.id)}>
              {headline(card.live.deployment)}
            </a>
            <VersionLine live={card.live} now={now} />
          </>
        ) : (
          <p class="meta">No version is live</p>
        )}
      </div>
      <RunBadge state={card.state} />
      {card.activity && <ActivityLine activity={card.activity} />}
    </>
  );
}

/** "#12 · 1f2e3d4 · ada · went live 3 h ago". */
export function VersionLine({ live, now }: { readonly live: LiveVersion; readonly now: Date }) {
  const { number, commit } = live.deployment;
  return (
    <p class="meta">
      <span>#{number}</span>
      {commit && <Sha commit={commit} />}
      {commit && <span>{commit.author}</span>}
      {live.since && (
        <span>
          went live <RelativeTime at={live.since} now={now} />
        </span>
      )}
    </p>
  );
}

export function ActivityLine({ activity }: { readonly activity: Activity }) {
  const { deployment, tone, text, percent } = activity;
  const icon = { wait: "clock", busy: "spinner", bad: "cross" } as const;
  return (
    <a class={`activity tone-${tone}`} href={routes.deployment(deployment.id)}>
      <Icon name={icon[tone]} />
      <strong>#{deployment.number}</strong>
      <span class="activity-text">{text}</span>
      {percent !== null && (
        <progress value={percent} max={100} aria-label={`Deployment ${deployment.number}`}></progress>
      )}
    </a>
  );
}

export function Address({ url }: { readonly url: string }) {
  return (
    <a class="address" href={url} rel="noreferrer">
      {url.replace(/^https?:\/\//, "")}
      <Icon name="arrow" />
    </a>
  );
}
