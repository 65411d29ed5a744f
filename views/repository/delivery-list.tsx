import { routes } from "../../server/routes.ts";
import { capital } from "../text/capital.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import type { IconName } from "../ui/icon.tsx";
import { RelativeTime } from "../ui/time.tsx";

export type DeliveryOutcome = "deployed" | "duplicate" | "ignored" | "pong" | "refused";

export interface LedgerLine {
  readonly id: number;
  readonly at: Date;
  /** The sender and the event: "github", "push". */
  readonly via: string;
  readonly name: string;
  readonly outcome: DeliveryOutcome;
  readonly verdict: string;
  readonly deployments: readonly number[];
}

/** The deliveries and what each of them led to, newest first. */
export function Ledger(props: {
  readonly slug: string;
  readonly lines: readonly LedgerLine[];
  readonly olderThan: number | null;
  readonly now: Date;
}) {
  const { slug, lines, olderThan, now } = props;
  return (
    <section class="card flush" id="deliveries">
      <h2>Deliveries</h2>
      {lines.length === 0 ? (
        <p class="empty muted">No deliveries yet.</p>
      ) : (
        <ol class="deployments">
          {lines.map((line) => (
            <Line slug={slug} line={line} now={now} />
          ))}
        </ol>
      )}
      {olderThan !== null && (
        <p class="card-foot">
          <a href={`${routes.productWebhooks(slug)}?before=${olderThan}#deliveries`}>Older deliveries</a>
        </p>
      )}
    </section>
  );
}

function Line({ slug, line, now }: { readonly slug: string; readonly line: LedgerLine; readonly now: Date }) {
  return (
    <li class="deployment">
      <div class="deployment-status">
        <OutcomeBadge outcome={line.outcome} />
      </div>
      <div class="deployment-version">
        <a class="headline" href={routes.delivery(slug, line.id)}>
          {capital(line.verdict)}
        </a>
        <p class="meta">
          <span>{nameOf(line)}</span>
          {line.deployments.map((id) => (
            <a href={routes.deployment(id)}>Deployment</a>
          ))}
        </p>
      </div>
      <p class="deployment-time">
        <RelativeTime at={line.at} now={now} />
      </p>
      <div class="deployment-action"></div>
    </li>
  );
}

export function nameOf({ via, name }: Pick<LedgerLine, "via" | "name">): string {
  return via === "baton" ? (name === "poll" ? "Scheduled check" : "Manual check") : `${via}: ${name}`;
}

const looks: Readonly<Record<DeliveryOutcome, readonly [Tone, IconName, string]>> = {
  deployed: ["good", "check", "Deployed"],
  duplicate: ["off", "dash", "Duplicate"],
  ignored: ["off", "dash", "Ignored"],
  pong: ["good", "check", "Ping"],
  refused: ["bad", "cross", "Refused"],
};

export function OutcomeBadge({ outcome }: { readonly outcome: DeliveryOutcome }) {
  const [tone, icon, text] = looks[outcome];
  return <Badge tone={tone} icon={icon} text={text} />;
}
