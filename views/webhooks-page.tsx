import { routes } from "../server/routes.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame } from "./frame.ts";
import { Layout } from "./layout.tsx";
import { AccessCard, type AccessProps } from "./webhooks-access-card.tsx";
import { WebhookCard, type WebhookProps } from "./webhooks-card.tsx";
import { Ledger, type LedgerLine } from "./webhooks-ledger.tsx";
import { ReportsCard, type ReportsProps } from "./webhooks-reports-card.tsx";
import { RepositoryCard, type RepositoryProps } from "./webhooks-repository-card.tsx";

export interface WebhooksProps {
  readonly slug: string;
  readonly repository: RepositoryProps;
  readonly webhook: WebhookProps;
  readonly access: AccessProps;
  readonly reports: ReportsProps;
  readonly deliveries: readonly LedgerLine[];
  /** Where older deliveries begin; null: these are all. */
  readonly olderThan: number | null;
}

/** Everything about the repository that a product is deployed from, in the order in which it is set up. */
export function WebhooksPage(props: {
  readonly frame: Frame;
  readonly page: WebhooksProps;
  readonly notice: string | null;
}) {
  const { frame, page, notice } = props;
  const { slug } = page;
  const { csrf, now } = frame;
  const isConnected = page.repository.url !== null;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a> / <a href={routes.product(slug)}>{slug}</a>
      </p>
      {notice && (
        <p class="notice" role="status">
          {notice}
        </p>
      )}
      <header class="page-head">
        <h1>Repository of {slug}</h1>
        {isConnected && (
          <form class="actions" method="post" action={routes.productCheck(slug)}>
            <CsrfField token={csrf} />
            <button class="button primary" type="submit">
              Check now
            </button>
          </form>
        )}
      </header>
      <RepositoryCard slug={slug} repository={page.repository} csrf={csrf} now={now} />
      {isConnected && (
        <>
          <WebhookCard slug={slug} webhook={page.webhook} csrf={csrf} now={now} />
          <AccessCard slug={slug} access={page.access} csrf={csrf} />
          <ReportsCard slug={slug} reports={page.reports} csrf={csrf} />
        </>
      )}
      <Ledger slug={slug} lines={page.deliveries} olderThan={page.olderThan} now={now} />
    </Layout>
  );
}
