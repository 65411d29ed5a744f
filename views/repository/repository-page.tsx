import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { ProductFrame, type ProductHeadProps } from "../product/product-frame.tsx";
import { sentence } from "../text/capital.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";
import { AccessCard, type AccessProps } from "./access-card.tsx";
import { Ledger, type LedgerLine } from "./delivery-list.tsx";
import { EnvironmentsCard, type TrackingEnvironment } from "./environments-card.tsx";
import { MovedRepository } from "./moved-repository.tsx";
import { RepositoryCard, RepositoryFacts, type RepositoryProps } from "./repository-card.tsx";
import { ReportsCard, type ReportsProps } from "./status-reports-card.tsx";
import { WebhookCard, type WebhookProps } from "./webhook-card.tsx";

export interface RepositoryPageProps {
  readonly slug: string;
  readonly repository: RepositoryProps;
  /** The other repository that its webhook reports now; null if nothing suggests that it was renamed. */
  readonly movedTo: string | null;
  /** All environments that the product is installed in. */
  readonly environments: readonly TrackingEnvironment[];
  readonly webhook: WebhookProps;
  readonly access: AccessProps;
  readonly reports: ReportsProps;
  readonly deliveries: readonly LedgerLine[];
  /** The id that older deliveries start before; null if there are none. */
  readonly olderThan: number | null;
}

/** Shows everything about the repository that a product is deployed from, in the order in which one sets it up. */
export function RepositoryPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly page: RepositoryPageProps;
  readonly notice: string | null;
  /** Why the last request was refused. */
  readonly problem: string | null;
  /** The values of the repository form in that request. */
  readonly typed: URLSearchParams | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, page, notice, problem, typed, stream } = props;
  const { slug } = page;
  const { csrf, now } = frame;
  const mayChange = offers(frame, routes.productRepository.post);
  const isConnected = page.repository.url !== null;
  return (
    <ProductFrame frame={frame} head={head} tab="webhooks" notice={notice} stream={stream}>
      <header class="page-head">
        <h2>
          Repository of {slug}
          {page.environments.length > 1 && <span class="muted">, in all of its environments</span>}
        </h2>
        {isConnected && offers(frame, routes.productCheck.post) && (
          <form class="actions" method="post" action={routes.productCheck(slug)}>
            <CsrfField token={csrf} />
            <button class="button primary" type="submit">
              Check now
            </button>
          </form>
        )}
      </header>
      {problem !== null && (
        <p class="verdict tone-bad" role="alert">
          <Icon name="cross" />
          <span>{sentence(problem)}</span>
        </p>
      )}
      {page.movedTo !== null && page.repository.url !== null && (
        <MovedRepository
          movedTo={page.movedTo}
          repository={page.repository.url}
          settings={mayChange ? "#repository" : null}
        />
      )}
      {mayChange ? (
        <RepositoryCard slug={slug} repository={page.repository} typed={typed} csrf={csrf} now={now} />
      ) : (
        <RepositoryFacts repository={page.repository} now={now} />
      )}
      {isConnected && (
        <EnvironmentsCard slug={slug} repository={page.repository.url} environments={page.environments} now={now} />
      )}
      {isConnected && mayChange && (
        <>
          <WebhookCard slug={slug} webhook={page.webhook} csrf={csrf} now={now} />
          <AccessCard slug={slug} access={page.access} csrf={csrf} />
          <ReportsCard slug={slug} reports={page.reports} csrf={csrf} />
        </>
      )}
      <Ledger slug={slug} lines={page.deliveries} olderThan={page.olderThan} now={now} />
    </ProductFrame>
  );
}
