import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface ActionView {
  readonly at: Date;
  readonly who: string;
  readonly what: string;
  readonly subject: string;
  readonly detail: string | null;
  readonly deploymentId: number | null;
  readonly address: string;
}

export function ActivityPage(props: {
  readonly frame: PageFrame;
  readonly actions: readonly ActionView[];
  /** The id that the next page starts before; null on the last page. */
  readonly next: number | null;
}) {
  const { frame, actions, next } = props;
  return (
    <Layout frame={frame}>
      <header>
        <h1>Activity</h1>
        <p class="muted">Who did what, and from where. Append-only.</p>
      </header>
      {actions.length === 0 ? (
        <p class="card empty muted">No activity yet.</p>
      ) : (
        <ol class="card flush">
          {actions.map((action) => (
            <li class="action">
              <p>
                <strong>{action.who}</strong> {action.what} <Subject action={action} />
                {action.detail && <span class="muted action-detail">{action.detail}</span>}
              </p>
              <p class="meta">
                <RelativeTime at={action.at} now={frame.now} />
                <span>{action.address}</span>
              </p>
            </li>
          ))}
        </ol>
      )}
      {next !== null && (
        <p class="more">
          <a class="button" href={`${routes.activity()}?${new URLSearchParams({ before: String(next) })}`}>
            Earlier
          </a>
        </p>
      )}
    </Layout>
  );
}

function Subject({ action: { subject, deploymentId } }: { readonly action: ActionView }) {
  return deploymentId === null ? <span>{subject}</span> : <a href={routes.deployment(deploymentId)}>{subject}</a>;
}
