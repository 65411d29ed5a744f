import { routes } from "../../server/routes.ts";
import { Badge } from "../ui/badge.tsx";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface WebhookProps {
  readonly forge: string;
  readonly url: string;
  readonly hasSecret: boolean;
  /** The secret that this request generated. No later page shows it. */
  readonly newSecret: string | null;
  readonly pingedAt: Date | null;
}

export function WebhookCard(props: {
  readonly slug: string;
  readonly webhook: WebhookProps;
  readonly csrf: string | null;
  readonly now: Date;
}) {
  const { slug, webhook, csrf, now } = props;
  const { forge, url, hasSecret, newSecret, pingedAt } = webhook;
  return (
    <section class="card" id="webhook">
      <h2>Webhook</h2>
      <p class="muted">
        Paste the URL and the secret into the repository's settings at {forge}, under Webhooks, with content type
        application/json. {forge} will send a ping, and you'll see it here.
      </p>
      <Copyable id="webhook-url" text={url} label="URL" />
      {newSecret !== null && (
        <>
          <p>The secret, shown only once:</p>
          <Copyable id="webhook-secret" text={newSecret} label="secret" />
        </>
      )}
      <p class="meta">
        {pingedAt === null ? (
          <Badge tone="wait" icon="clock" text={hasSecret ? "No ping yet" : "No secret yet"} />
        ) : (
          <>
            <Badge tone="good" icon="check" text="Working" />
            <span>
              last ping <RelativeTime at={pingedAt} now={now} />
            </span>
          </>
        )}
      </p>
      <form method="post" action={routes.productWebhookSecret(slug)}>
        <CsrfField token={csrf} />
        <button class="button" type="submit">
          {hasSecret ? "Generate a new secret" : "Generate secret"}
        </button>{" "}
        {hasSecret && <span class="muted">The old secret stops working.</span>}
      </form>
    </section>
  );
}
