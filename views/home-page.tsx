import { routes } from "../server/routes.ts";
import { type Activity, ActivityLine } from "./activity-line.tsx";
import { Address } from "./address.tsx";
import { RunBadge, type RunState } from "./badge.tsx";
import type { Frame, LiveStream, Mood } from "./frame.ts";
import { inEnvironment } from "./in-environment.ts";
import { Layout } from "./layout.tsx";
import { LiveRegion } from "./live-region.tsx";
import { type LiveVersion, VersionLine } from "./live-version.tsx";
import { PushLines } from "./push-lines.tsx";
import { SetUpHint } from "./set-up-page.tsx";
import { headline } from "./version.tsx";

export interface ProductCard {
  readonly slug: string;
  /** `production` first. */
  readonly installations: readonly InstallationCard[];
}

export interface InstallationCard {
  readonly environment: string;
  readonly state: RunState;
  readonly url: string | null;
  readonly live: LiveVersion | null;
  readonly activity: Activity | null;
}

export function HomePage(props: {
  readonly frame: Frame;
  readonly cards: readonly ProductCard[];
  readonly stream: LiveStream;
  readonly gitUrl: string;
  /** Steps of the set-up checklist that are left; 0: nothing is said of it. */
  readonly setUpStepsLeft: number;
}) {
  const { frame, cards, stream, gitUrl, setUpStepsLeft } = props;
  return (
    <Layout frame={frame} hasStream>
      <header class="page-head">
        <h1>Products</h1>
        <a class="button primary" href={routes.newProduct()}>
          New product
        </a>
      </header>
      {setUpStepsLeft > 0 && <SetUpHint left={setUpStepsLeft} csrf={frame.csrf} />}
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
        <p class="muted">
          TOKEN is the token that you signed in with. There are <a href={routes.newProduct()}>other ways in</a>, too.
        </p>
      </div>
    );
  }
  return (
    <ul id={productListId} class="products" data-mood={moodOf(cards)}>
      {cards.map((card) => (
        <li class="card product-card" id={`product-${card.slug}`}>
          {card.installations.length === 0 && (
            <div class="product">
              <div class="product-name">
                <h2>
                  <a href={routes.product(card.slug)}>{card.slug}</a>
                </h2>
              </div>
              <p class="meta">In no environment</p>
            </div>
          )}
          {card.installations.map((installation) => (
            <Installed card={card} installation={installation} now={now} />
          ))}
        </li>
      ))}
    </ul>
  );
}

/** What the icon in the tab shows: something is under way, else something went wrong. */
export function moodOf(cards: readonly ProductCard[]): Mood {
  const tones = cards.flatMap(({ installations }) => installations.map(({ activity }) => activity?.tone));
  if (tones.some((tone) => tone === "busy" || tone === "wait")) return "busy";
  return tones.includes("bad") ? "failed" : "idle";
}

function Installed(props: { readonly card: ProductCard; readonly installation: InstallationCard; readonly now: Date }) {
  const { card, installation, now } = props;
  const { environment, state, url, live, activity } = installation;
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
            <VersionLine live={live} now={now} />
          </>
        ) : (
          <p class="meta">No version is live</p>
        )}
      </div>
      <RunBadge state={state} />
      {activity && <ActivityLine activity={activity} />}
    </div>
  );
}
