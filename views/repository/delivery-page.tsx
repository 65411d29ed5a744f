import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { capital } from "../text/capital.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { type LedgerLine, nameOf, OutcomeBadge } from "./delivery-list.tsx";

export interface DeliveryProps extends LedgerLine {
  readonly deliveryId: string | null;
  readonly again: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
  readonly bodyBytes: number | null;
  readonly canRedeliver: boolean;
}

export function DeliveryPage(props: {
  readonly frame: PageFrame;
  readonly slug: string;
  readonly delivery: DeliveryProps;
}) {
  const { frame, slug, delivery } = props;
  const { headers, body, bodyBytes, again } = delivery;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        <a href={routes.home()}>Products</a> / <a href={routes.product(slug)}>{slug}</a> /{" "}
        <a href={routes.productWebhooks(slug)}>Repository</a>
      </p>
      <header class="page-head">
        <div>
          <h1>Delivery {delivery.id}</h1>
          <p class="meta">
            <OutcomeBadge outcome={delivery.outcome} />
            <span>{nameOf(delivery)}</span>
            <RelativeTime at={delivery.at} now={frame.now} />
          </p>
        </div>
        {delivery.canRedeliver && offers(frame, routes.deliveryAgain.post) && (
          <form class="actions" method="post" action={routes.deliveryAgain(slug, delivery.id)}>
            <CsrfField token={frame.csrf} />
            <button class="button primary" type="submit">
              Deliver again
            </button>
          </form>
        )}
      </header>
      <section class="card">
        <p>{capital(delivery.verdict)}.</p>
        <p class="meta">
          {delivery.deliveryId !== null && <code>{delivery.deliveryId}</code>}
          {again !== null && <a href={routes.delivery(slug, again)}>Delivery {again}, processed again</a>}
          {delivery.deployments.map((id) => (
            <a href={routes.deployment(id)}>Deployment</a>
          ))}
        </p>
      </section>
      {headers !== null && Object.keys(headers).length > 0 && (
        <section class="card">
          <h2>Headers</h2>
          <pre>
            {Object.entries(headers)
              .map(([name, value]) => `${name}: ${value}`)
              .join("\n")}
          </pre>
        </section>
      )}
      <section class="card">
        <h2>Body</h2>
        {body === null ? (
          <p class="muted">Not kept{bodyBytes === null ? "" : ` (${bodyBytes} bytes)`}.</p>
        ) : (
          <>
            <p class="muted">{bodyBytes} bytes as received. Secrets are removed, and long bodies are cut.</p>
            <pre>{body}</pre>
          </>
        )}
      </section>
    </Layout>
  );
}
